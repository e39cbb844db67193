"""Names of app settings that Azure refuses, changes or keeps for itself.

Source: "App settings reference for Azure Functions" (considerations, Flex Consumption plan deprecations), "Migrate Consumption
plan apps to the Flex Consumption plan", "Configure an App Service app" (names on Linux), "Connections to Azure services by
identity".
"""

import re
from collections.abc import Iterator

from activities.inspections.facts import Facts, planned_settings
from activities.inspections.finding import Found
from activities.inspections.hosting import on_linux
from plan.model import Plan

_NOT_ON_FLEX = frozenset(
    {
        "ENABLE_ORYX_BUILD", "FUNCTIONS_EXTENSION_VERSION", "FUNCTIONS_MAX_HTTP_CONCURRENCY",
        "FUNCTIONS_WORKER_DYNAMIC_CONCURRENCY_ENABLED", "FUNCTIONS_WORKER_PROCESS_COUNT", "FUNCTIONS_WORKER_RUNTIME",
        "FUNCTIONS_WORKER_RUNTIME_VERSION", "SCM_DO_BUILD_DURING_DEPLOYMENT", "TZ",
        "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING", "WEBSITE_CONTENTOVERVNET", "WEBSITE_CONTENTSHARE", "WEBSITE_DNS_SERVER",
        "WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT", "WEBSITE_MOUNT_ENABLED", "WEBSITE_NODE_DEFAULT_VERSION",
        "WEBSITE_RUN_FROM_PACKAGE", "WEBSITE_SKIP_CONTENTSHARE_VALIDATION", "WEBSITE_TIME_ZONE",
        "WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED", "WEBSITE_VNET_ROUTE_ALL",
    }
)  # fmt: skip
_PLATFORM = ("WEBSITE_", "WEBSITES_", "FUNCTIONS_", "SCM_", "APPSETTING_", "AzureWebJobs", "AzureFunctionsJobHost")
_SECTIONS = ("azurefunctionsjobhost__", "azurefunctionswebhost__", "azurewebjobsstorage__", "logging__")
_CONNECTION = frozenset(
    {
        "serviceuri", "blobserviceuri", "queueserviceuri", "tableserviceuri", "accountname", "accountendpoint",
        "fullyqualifiednamespace", "endpoint", "credential", "clientid", "tenantid", "managedidentityresourceid",
    }
)  # fmt: skip
"""What a connection by identity is made of."""


def legacy_settings(facts: Facts, app: str) -> Iterator[Found]:
    """Settings of older hosting plans, on Flex Consumption."""
    tier, found = facts.tier(), facts.settings()
    if tier not in {"flex", None}:
        return
    for name in sorted(name for name in found if name.upper() in _NOT_ON_FLEX):
        where = f"setting {name} of {app} (from {found[name]})"
        mend = "Remove it; what it said belongs to functionAppConfig of the app's resource."
        if tier == "flex":
            yield Found("refuse", f"{where}: Flex Consumption refuses or ignores it", mend, name)
        else:
            what = f"{where}: on Flex Consumption it would be refused or ignored, and which plan it is cannot be told"
            yield Found("warn", what, mend, name)


def names(plan: Plan) -> list[str]:
    """Settings that the run sets."""
    return sorted(planned_settings(plan))


def setting_misread(facts: Facts, name: str) -> Iterator[Found]:
    """A name that does not reach the code as it stands in the plan."""
    where = f"setting {name} (from {planned_settings(facts.plan)[name]})"
    rename = "Rename it, in the plan and in the code: letters, digits and single underscores."
    if odd := sorted(set(re.findall(r"[^A-Za-z0-9_.]", name))):
        if ":" in odd or on_linux(facts.site()):
            yield Found("refuse", f"{where}: Azure takes no {' '.join(map(repr, odd))} in a name on Linux", rename)
    elif "." in name and on_linux(facts.site()):
        yield Found("refuse", f"{where}: on Linux the code sees {name.replace('.', '_')}", rename)
    elif "__" in name and not _known_section(name):
        yield Found("warn", f"{where}: the host reads two underscores as a section and a key in it", rename)
    carried = {each for one in facts.plan.source.functions for each in facts.function(one.name)["environment_names"]}
    if name in carried and name.startswith(_PLATFORM):
        yield Found("warn", f"{where}: a variable of the code on AWS, and on Azure a name of the platform's own", rename)


def _known_section(name: str) -> bool:
    section, _, key = name.lower().rpartition("__")
    return name.lower().startswith(_SECTIONS) or (bool(section) and key in _CONNECTION)
