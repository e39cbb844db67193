"""All sites of the stand-in: what should run follows from the site's resource, its settings, its package and its restarts.

Never here: how a change is brought about (`runtime.py`), nor HTTP.
"""

import asyncio
from collections import defaultdict
from functools import partial
from pathlib import Path

from local.azure.host_data import HostData
from local.azure.ids import ResourceId
from local.azure.packages import Packages
from local.azure.process import HostProcess
from local.azure.references import References
from local.azure.runtime import SiteRuntime, Wanted
from local.azure.settings import Settings
from local.azure.site_metrics import SiteMetrics
from local.azure.store import Document, Store
from local.processes import free_port

SITE_TYPE = "microsoft.web/sites"


class Hosting:
    """The runtimes by site name in lower case."""

    def __init__(
        self, settings: Settings, store: Store, packages: Packages, references: References, metrics: SiteMetrics
    ) -> None:
        self._settings, self._store, self._packages, self._references = settings, store, packages, references
        self._metrics = metrics
        self._runtimes: dict[str, SiteRuntime] = {}
        self._restarts: dict[str, int] = defaultdict(int)

    async def start(self) -> None:
        """Bring every known site back."""
        for envelope in self.sites():
            await self.refresh(envelope["name"])

    async def stop(self) -> None:
        """End every process and close every port."""
        await asyncio.gather(*(self.close(name) for name in list(self._runtimes)))

    def sites(self) -> list[Document]:
        """The stored envelopes of all sites."""
        return [envelope for _, envelope in self._store.items("resources") if envelope["type"].lower() == SITE_TYPE]

    def find(self, site: str) -> Document | None:
        """A site's envelope by its name, which is unique in the world."""
        return next((envelope for envelope in self.sites() if envelope["name"].lower() == site.lower()), None)

    def runtime(self, site: str) -> SiteRuntime:
        """The runtime of a site that exists."""
        return self._runtimes[site.lower()]

    async def settled(self, site: str) -> SiteRuntime:
        """The runtime, once what runs is what was asked for."""
        runtime = self.runtime(site)
        await runtime.settled()
        return runtime

    async def refresh(self, site: str, *, restart: bool = False) -> None:
        """Look at what is stored and ask for it to be brought about; returns before it is."""
        envelope = self.find(site)
        if envelope is None:
            return
        if restart:
            self._restarts[site.lower()] += 1
        runtime = self._runtimes.get(site.lower()) or await self._open(envelope["name"])
        runtime.want(
            Wanted(
                running=envelope["properties"]["state"] == "Running",
                app=self._packages.app(site),
                environment=tuple(sorted(self._environment(envelope, runtime.front.port).items())),
                generation=self._restarts[site.lower()],
            )
        )

    async def close(self, site: str) -> None:
        """End a site's process and give its port back."""
        self._metrics.forget(site)
        runtime = self._runtimes.pop(site.lower(), None)
        if runtime:
            await runtime.stop()

    def app_settings(self, site: str) -> dict[str, str]:
        """The application settings as they are stored, references unresolved."""
        return dict(self._store.get("settings", site) or {})

    def keys(self, site: str) -> Path:
        """The file in which a site's host keeps its keys; absent until the first one has run."""
        return self._data(site).current / "keys.json"

    def _data(self, site: str) -> HostData:
        return HostData(self._settings.data / "sites" / site.lower())

    async def _open(self, site: str) -> SiteRuntime:
        def told(process: HostProcess) -> None:
            self._packages.remember(site, process.functions)

        port = self._settings.site_ports.get(site) or free_port()
        runtime = SiteRuntime(site, port, self._settings.host_command, self._data(site), told)
        self._runtimes[site.lower()] = runtime
        runtime.front.answered = partial(self._metrics.answered, site)
        await runtime.start()
        return runtime

    def _environment(self, envelope: Document, port: int) -> dict[str, str]:
        """App settings, then what the platform sets: names as on App Service."""
        rid = ResourceId.parse(envelope["id"])
        settings = self._references.environment(self.app_settings(rid.name), identity=bool(envelope.get("identity")))
        return {
            **settings,
            "WEBSITE_SITE_NAME": rid.name,
            "WEBSITE_HOSTNAME": f"127.0.0.1:{port}",
            "WEBSITE_RESOURCE_GROUP": rid.group,
            "WEBSITE_OWNER_NAME": f"{rid.subscription}+{rid.group}",
            "REGION_NAME": envelope.get("location", ""),
            **self._settings.site_environment,
        }
