"""Puts the stand-ins together. The one place that knows all of them; never here: ports, processes, command lines."""

from dataclasses import dataclass

from aiohttp import web

from local.azure.deployments import Deployments
from local.azure.faults import Faults
from local.azure.gateway import gateway_app
from local.azure.groups import Groups
from local.azure.hosting import Hosting
from local.azure.identity import identity_app
from local.azure.metric_plane import MetricPlane
from local.azure.metric_points import Points
from local.azure.packages import Packages
from local.azure.permissions import Permissions
from local.azure.providers import Providers
from local.azure.recorded import ComponentKind, IdentityKind, RoleAssignmentKind, VaultKind
from local.azure.references import References
from local.azure.resources import Resources, TrackedKind
from local.azure.scm import Scm
from local.azure.secrets import Secrets
from local.azure.settings import Settings
from local.azure.site_actions import SiteActions
from local.azure.site_functions import SiteFunctions
from local.azure.site_keys import SiteKeys
from local.azure.site_metrics import SiteMetrics
from local.azure.sites import HostNameKind, SiteConfigKind, SiteExtensionKind, SiteKind, SiteNetworkKind
from local.azure.storage import StorageAccountKind, StorageActions, storage_kinds
from local.azure.store import Store
from local.azure.tokens import Tokens
from local.azure.traffic import TYPE as TRAFFIC_PROFILES
from local.azure.traffic import TrafficEndpoints, TrafficProfileKind
from local.azure.vault import vault_app


@dataclass(frozen=True)
class Assembly:
    """The three doors and the sites behind them."""

    arm: web.Application
    identity: web.Application
    vault: web.Application
    hosting: Hosting


def assemble(settings: Settings) -> Assembly:
    """Everything that the settings ask for, from what the data folder holds; nothing runs yet."""
    data = settings.data
    store, tokens = Store(data / "arm.json"), Tokens(settings.tenant, data / "token.key")
    secrets = Secrets(data / "vault.json", settings.vault_url)
    packages, references = Packages(store, data / "sites"), References(settings, secrets)
    site_metrics = SiteMetrics(store)
    hosting = Hosting(settings, store, packages, references, site_metrics)
    metrics = MetricPlane(store, site_metrics, Points())
    accounts = StorageAccountKind(settings)
    resources = Resources(
        store,
        {
            "Microsoft.Web/sites": SiteKind(settings, store, hosting, packages, tokens),
            "Microsoft.Web/sites/config": SiteConfigKind(store, hosting),
            "Microsoft.Web/sites/extensions": SiteExtensionKind(settings, hosting, packages),
            "Microsoft.Web/sites/hostNameBindings": HostNameKind(),
            "Microsoft.Web/sites/networkConfig": SiteNetworkKind(),
            "Microsoft.Web/serverfarms": TrackedKind(),
            "Microsoft.KeyVault/vaults": VaultKind(settings),
            "Microsoft.ManagedIdentity/userAssignedIdentities": IdentityKind(settings, tokens),
            "Microsoft.Insights/components": ComponentKind(),
            "Microsoft.OperationalInsights/workspaces": TrackedKind(),
            "Microsoft.Authorization/roleAssignments": RoleAssignmentKind(),
            TRAFFIC_PROFILES: TrafficProfileKind(),
            **storage_kinds(settings, accounts),
        },
    )
    permissions, functions = Permissions(store), SiteFunctions(store, hosting, packages)
    routes = [
        *Providers(resources.types()).routes(),
        *permissions.routes(),
        *metrics.routes(),
        *SiteActions(store, resources, hosting, packages, references).routes(),
        *functions.routes(),
        *SiteKeys(hosting, functions).routes(),
        *Scm(hosting, packages).routes(),
        *StorageActions(resources, accounts).routes(),
        *TrafficEndpoints(resources).routes(),
        *Deployments(settings, store, resources, accounts.keys).routes(),
        *Groups(settings, store, resources).routes(),
    ]
    levers = [*permissions.levers(), *Faults(hosting).levers(), *metrics.levers()]
    return Assembly(
        gateway_app(settings, tokens, permissions, routes, levers),
        identity_app(tokens, settings.identity_header),
        vault_app(settings, tokens, secrets, permissions),
        hosting,
    )
