"""The resource kinds of Microsoft.Web: sites, their settings, packages, host names and network.

Never here: the actions that are posted to a site (`site_actions.py`, `site_functions.py`).
"""

from datetime import UTC, datetime
from typing import Any, override

from local.azure.errors import bad_content
from local.azure.hosting import Hosting
from local.azure.ids import ResourceId
from local.azure.packages import Packages
from local.azure.resources import Kind
from local.azure.scm import publish_from
from local.azure.settings import Settings
from local.azure.store import Document, Store
from local.azure.tokens import Tokens


def as_settings(pairs: Any) -> dict[str, str]:
    """`siteConfig.appSettings` ([{name, value}]) as a mapping.

    Raises:
        ArmError: 400 when it has another shape.
    """
    try:
        return checked_settings({pair["name"]: pair["value"] for pair in pairs})
    except (TypeError, KeyError) as error:
        raise bad_content("siteConfig.appSettings must be a list of {name, value}") from error


def checked_settings(settings: Any) -> dict[str, str]:
    """App settings from a request.

    Raises:
        ArmError: 400 when a value is no string.
    """
    if not isinstance(settings, dict) or not all(isinstance(value, str) for value in settings.values()):
        raise bad_content("application settings are an object whose values are strings")
    return settings


class SiteKind(Kind):
    """`Microsoft.Web/sites`."""

    tracked = True

    def __init__(self, settings: Settings, store: Store, hosting: Hosting, packages: Packages, tokens: Tokens) -> None:
        self._settings, self._store, self._hosting, self._packages, self._tokens = settings, store, hosting, packages, tokens

    @override
    def complete(self, rid: ResourceId, body: Document, before: Document | None) -> Document:
        envelope = super().complete(rid, body, before)
        properties = envelope["properties"]
        properties.pop("provisioningState")
        config = properties.get("siteConfig")
        if isinstance(config, dict):
            as_settings(config.get("appSettings") or [])
            properties["siteConfig"] = {name: value for name, value in config.items() if name != "appSettings"}
        properties["state"] = (before or {}).get("properties", {}).get("state", "Running")
        properties["lastModifiedTimeUtc"] = datetime.now(UTC).isoformat()
        identity = dict(envelope.get("identity") or {})
        if "SystemAssigned" in str(identity.get("type")):
            envelope["identity"] = {**identity, "tenantId": self._settings.tenant, "principalId": self._tokens.principal()}
        elif identity.get("type") == "None":
            envelope.pop("identity")
        return {"kind": "functionapp,linux", **envelope}

    @override
    async def apply(self, rid: ResourceId, envelope: Document, body: Document) -> None:
        given = ((body.get("properties") or {}).get("siteConfig") or {}).get("appSettings")
        if given is not None:
            self._store.put("settings", rid.name, as_settings(given))
        await self._hosting.refresh(rid.name)

    @override
    async def remove(self, rid: ResourceId) -> None:
        await self._hosting.close(rid.name)
        self._store.remove("settings", rid.name)
        self._packages.forget(rid.name)

    @override
    def present(self, rid: ResourceId, envelope: Document) -> Document:
        own = f"{rid.name.lower()}.azurewebsites.net"
        bound = [found["name"] for _, found in self._store.items("resources", f"{rid.key}/hostnamebindings/")]
        scm = f"localhost:{self._settings.port}/scm/{rid.name}"
        states = [(own, "Standard"), *((name, "Standard") for name in bound), (scm, "Repository")]
        running = envelope["properties"]["state"] == "Running"
        return {**envelope, "properties": {
            **envelope["properties"],
            "hostNames": [own, *bound],
            "enabledHostNames": [own, *bound, scm],
            "hostNameSslStates": [{"name": name, "sslState": "Disabled", "hostType": kind} for name, kind in states],
            "defaultHostName": own,
            "repositorySiteName": rid.name,
            "resourceGroup": rid.group,
            "enabled": running,
            "adminEnabled": True,
            "availabilityState": "Normal",
            "usageState": "Normal",
            "reserved": True,
            "keyVaultReferenceIdentity": envelope["properties"].get("keyVaultReferenceIdentity", "SystemAssigned"),
        }}  # fmt: skip

    @override
    def comparable(self, rid: ResourceId, envelope: Document) -> Document:
        pairs = [{"name": name, "value": value} for name, value in self._hosting.app_settings(rid.name).items()]
        properties = envelope["properties"]
        config = {**(properties.get("siteConfig") or {}), "appSettings": pairs}
        return {**envelope, "properties": {**properties, "siteConfig": config}}


class SiteConfigKind(Kind):
    """`Microsoft.Web/sites/config`: `appsettings` replaces all settings, other names are recorded."""

    def __init__(self, store: Store, hosting: Hosting) -> None:
        self._store, self._hosting = store, hosting

    @override
    def complete(self, rid: ResourceId, body: Document, before: Document | None) -> Document:
        if rid.name.lower() == "appsettings":
            checked_settings(body.get("properties") or {})
            return {"properties": {}}
        return super().complete(rid, body, before)

    @override
    async def apply(self, rid: ResourceId, envelope: Document, body: Document) -> None:
        if rid.name.lower() == "appsettings":
            self._store.put("settings", rid.names[0], checked_settings(body.get("properties") or {}))
            await self._hosting.refresh(rid.names[0])

    @override
    def present(self, rid: ResourceId, envelope: Document) -> Document:
        if rid.name.lower() == "appsettings":
            return {**envelope, "properties": self._hosting.app_settings(rid.names[0])}
        return envelope


class HostNameKind(Kind):
    """`Microsoft.Web/sites/hostNameBindings`: a custom domain."""

    @override
    def complete(self, rid: ResourceId, body: Document, before: Document | None) -> Document:
        envelope = super().complete(rid, body, before)
        record = "CName" if rid.name.count(".") > 1 else "A"
        envelope["properties"] = {
            "azureResourceType": "Website",
            "hostNameType": "Verified",
            "sslState": "Disabled",
            "customHostNameDnsRecordType": record,
            **{name: value for name, value in envelope["properties"].items() if name != "provisioningState"},
            "siteName": rid.names[0],
            "azureResourceName": rid.names[0],
        }
        return envelope

    @override
    def present(self, rid: ResourceId, envelope: Document) -> Document:
        return {**envelope, "name": rid.full_name}


class SiteNetworkKind(Kind):
    """`Microsoft.Web/sites/networkConfig`: the subnet that a site is integrated with."""

    @override
    def complete(self, rid: ResourceId, body: Document, before: Document | None) -> Document:
        subnet = (body.get("properties") or {}).get("subnetResourceId")
        if not subnet:
            raise bad_content("properties.subnetResourceId is required")
        return {"properties": {"subnetResourceId": subnet, "swiftSupported": True}}


class SiteExtensionKind(Kind):
    """`Microsoft.Web/sites/extensions`, name `onedeploy`: a package from a URL, which is used and not kept."""

    def __init__(self, settings: Settings, hosting: Hosting, packages: Packages) -> None:
        self._settings, self._hosting, self._packages = settings, hosting, packages

    @override
    def complete(self, rid: ResourceId, body: Document, before: Document | None) -> Document:
        if rid.name.lower() != "onedeploy" or not isinstance((body.get("properties") or {}).get("packageUri"), str):
            raise bad_content(
                "the extension 'onedeploy' needs properties.packageUri, the URL of a zip; "
                "a zip itself is posted to the scm site's api/publish"
            )
        return {"properties": {"provisioningState": "Succeeded"}}

    @override
    async def apply(self, rid: ResourceId, envelope: Document, body: Document) -> None:
        site, address = rid.names[0], body["properties"]["packageUri"]
        await publish_from(address, self._packages, site, trust=self._settings.ca_cert_bundle)
        await self._hosting.refresh(site)
