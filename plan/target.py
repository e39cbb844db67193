"""The Azure side of a plan: where the function app goes, its template and its package."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from plan.fields import HttpUrl, Name, Part, Sha256

Runtime = Literal[
    "python|3.10", "python|3.11", "python|3.12", "python|3.13",
    "node|20", "node|22", "dotnet-isolated|8.0", "dotnet-isolated|9.0", "java|17", "java|21", "powershell|7.4",
]  # fmt: skip
"""Source: Azure Functions documentation, "Languages by runtime version" (host version 4)."""


class Artifact(Part):
    """A file that a pipeline built: a blob that the agent's identity may read, pinned by its hash."""

    url: HttpUrl
    """Where the file is; without a signature, the agent's identity may read it."""
    sha256: Sha256
    """SHA-256 of the file, 64 hexadecimal digits."""


class Infrastructure(Part):
    """An ARM deployment of the target and its dependencies."""

    template: Artifact
    """ARM template (JSON)."""
    parameters: dict[str, JsonValue] = {}
    """Parameter values; never secrets."""
    remove_on_failback: bool = False
    """Whether a failback removes what the deployment created (never what existed before)."""


class AwsDependency(Part):
    """Something that stays in AWS and that the target must reach."""

    name: Name
    """What it is."""
    url: HttpUrl
    """Address that must answer below 500 before the window opens."""
    settings: dict[str, str] = {}
    """App settings that the target needs for it; never secrets."""


class Domain(Part):
    """A custom domain bound to the function app."""

    host_name: Name
    """The domain, such as orders.example.com."""
    certificate_thumbprint: str | None = None
    """Certificate in the app's resource group; without it: a managed certificate."""


class Target(Part):
    """The function app that takes over."""

    subscription: Name
    """Id of the Azure subscription."""
    resource_group: Name
    """Resource group of the function app."""
    app: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,58}[A-Za-z0-9]$", examples=["orders-func"])]
    """Name of the function app."""
    base_url: HttpUrl | None = None
    """Where the agent reaches the app; without it: https:// and the app's default host name."""
    scm_url: HttpUrl | None = None
    """Where packages are published; without it: the app's own deployment host."""
    runtime: Runtime = "python|3.13"
    """Functions runtime and version that the package was built for; one that Azure Functions supports."""
    infrastructure: Infrastructure
    """How the function app and what it needs come to be."""
    package: Artifact
    """The app's code as a zip file."""
    settings: dict[str, str] = {}
    """App settings of the migrated app; never secrets (see `secrets`)."""
    dependencies_in_aws: list[AwsDependency] = []
    """What stays in AWS and is used from Azure."""
    domain: Domain | None = None
    """Custom domain of the app; without it: its default host name."""
    outbound_probes: list[HttpUrl] = []
    """Addresses of partners that must be reachable from Azure (allow-lists)."""
