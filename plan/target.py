"""The Azure side of a plan: where the function app goes, its template and its package."""

from typing import Annotated

from pydantic import Field, JsonValue

from plan.fields import HttpUrl, Name, Part, Sha256


class Artifact(Part):
    """A file that a pipeline built: a blob that the agent's identity may read, pinned by its hash."""

    url: HttpUrl
    sha256: Sha256


class Infrastructure(Part):
    """An ARM deployment of the target and its dependencies."""

    template: Artifact
    parameters: dict[str, JsonValue] = {}
    """Parameter values; never secrets."""
    remove_on_failback: bool = False
    """Whether a failback removes what the deployment created (never what existed before)."""


class AwsDependency(Part):
    """Something that stays in AWS and that the target must reach."""

    name: Name
    url: HttpUrl
    """Address that must answer below 500 before the window opens."""
    settings: dict[str, str] = {}
    """App settings that the target needs for it; never secrets."""


class Domain(Part):
    """A custom domain bound to the function app."""

    host_name: Name
    certificate_thumbprint: str | None = None


class Target(Part):
    """The function app that takes over."""

    subscription: Name
    resource_group: Name
    app: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,58}[A-Za-z0-9]$")]
    base_url: HttpUrl | None = None
    """Where the agent reaches the app; None: https:// and the app's default host name."""
    scm_url: HttpUrl | None = None
    """Where packages are published; None: the app's own deployment host."""
    runtime: str = "python|3.13"
    infrastructure: Infrastructure
    package: Artifact
    settings: dict[str, str] = {}
    """App settings of the migrated app; never secrets (see `secrets`)."""
    dependencies_in_aws: list[AwsDependency] = []
    domain: Domain | None = None
    outbound_probes: list[HttpUrl] = []
    """Addresses of partners that must be reachable from Azure (allow-lists)."""
