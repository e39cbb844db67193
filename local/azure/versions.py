"""Which api-versions are registered, and the refusals of all others. Never here: what an operation does.

Source: `az provider show` for each namespace (the versions in use since 2021), and the service's error messages.
"""

import re

from local.azure.errors import ArmError

RESOURCES = (
    "2020-06-01", "2020-10-01", "2021-01-01", "2021-04-01", "2022-09-01", "2022-12-01", "2023-07-01", "2024-03-01",
    "2024-07-01", "2024-11-01", "2025-03-01", "2025-04-01", "2026-06-01",
)  # fmt: skip
REGISTERED: dict[str, tuple[str, ...]] = {
    "microsoft.resources": RESOURCES,
    "microsoft.web": (
        "2021-02-01", "2021-03-01", "2022-03-01", "2022-09-01", "2023-01-01", "2023-12-01", "2024-04-01", "2024-11-01",
        "2025-03-01", "2025-05-01",
    ),
    "microsoft.storage": (
        "2021-04-01", "2021-06-01", "2021-08-01", "2021-09-01", "2022-05-01", "2022-09-01", "2023-01-01", "2023-04-01",
        "2023-05-01", "2024-01-01", "2025-01-01", "2025-06-01",
    ),
    "microsoft.keyvault": ("2021-10-01", "2022-07-01", "2022-11-01", "2023-02-01", "2023-07-01", "2024-11-01", "2025-05-01"),
    "microsoft.authorization": ("2015-07-01", "2018-01-01-preview", "2020-04-01-preview", "2020-10-01-preview", "2022-04-01"),
    "microsoft.insights": ("2015-05-01", "2018-01-01", "2020-02-02", "2020-02-02-preview", "2023-10-01", "2024-02-01"),
    "microsoft.operationalinsights": ("2020-08-01", "2021-06-01", "2022-10-01", "2023-09-01", "2025-02-01"),
    "microsoft.managedidentity": ("2018-11-30", "2023-01-31", "2024-11-30"),
    "microsoft.network": (
        "2018-08-01", "2021-05-01", "2022-04-01", "2022-07-01", "2023-04-01", "2023-11-01", "2024-01-01", "2024-05-01",
        "2025-01-01", "2026-09-01",
    ),
}  # fmt: skip
_FORM = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")


def check_version(version: str | None, namespace: str, kind: str, location: str) -> None:
    """Refuse a request or a template's resource whose api-version is missing or not registered.

    Args:
        version: the value given, if any.
        namespace: the resource provider in lower case; "" is Resource Manager itself.
        kind: the resource type without the namespace, for the message.
        location: where the subscription's resources are, for the message.

    Raises:
        ArmError: 400 MissingApiVersionParameter, InvalidApiVersionParameter or NoRegisteredProviderFound.
    """
    if not version:
        raise ArmError(
            400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests."
        )
    registered = REGISTERED.get(namespace or "microsoft.resources")
    if registered is None:
        if _FORM.fullmatch(version):
            return
        registered = ()
    if version in registered:
        return
    supported = ",".join(reversed(registered))
    if not namespace or namespace == "microsoft.resources":
        raise ArmError(
            400,
            "InvalidApiVersionParameter",
            f"The api-version '{version}' is invalid. The supported versions are '{supported}'.",
        )
    raise ArmError(
        400,
        "NoRegisteredProviderFound",
        f"No registered resource provider found for location '{location}' and API version '{version}' for type '{kind}'. "
        f"The supported api-versions are '{supported.replace(',', ', ')}'.",
    )
