"""Requests of sites as Azure Monitor shows them: metrics of the site, or of the Application Insights component that it names.

Lives here: what each answer of a site's front adds, and the metrics made of that. Never here: queries (`metric_plane.py`).
Source: "Supported metrics for Microsoft.Web/sites" and "... for microsoft.insights/components". A site on the Flex Consumption
plan has no metrics of HTTP requests; the front plays the part of the host that sends its telemetry to the component.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from local.azure.ids import ResourceId
from local.azure.metric_points import Point
from local.azure.store import Document, Store

SITES, COMPONENTS = "microsoft.web/sites", "microsoft.insights/components"
_Tally = dict[tuple[datetime, int], list[float]]
"""Seconds that each answer took, by minute and status."""
_MILLISECONDS = 1000.0


class SiteMetrics:
    """The answers of all sites."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._answers: dict[str, _Tally] = defaultdict(lambda: defaultdict(list))

    def answered(self, site: str, status: int, seconds: float) -> None:
        """A site has answered a request."""
        minute = datetime.now(UTC).replace(second=0, microsecond=0)
        self._answers[site.lower()][(minute, status)].append(seconds)

    def forget(self, site: str) -> None:
        """The site is gone; one of its name is another one."""
        self._answers.pop(site.lower(), None)

    def names(self, rid: ResourceId) -> dict[str, Callable[[], list[Point]]]:
        """The platform metrics that a resource has, by name in lower case, and their points."""
        kind = rid.type.lower()
        if kind == SITES and not self._is_flex(rid):
            return self._of_site(rid.name)
        return self._of_component(rid) if kind == COMPONENTS else {}

    def _of_site(self, site: str) -> dict[str, Callable[[], list[Point]]]:
        def counted(first: int, last: int) -> list[Point]:
            return [_count(minute, len(took)) for minute, status, took in self._all(site) if first <= status <= last]

        classes = {f"http{digit}xx": (digit * 100, digit * 100 + 99) for digit in range(2, 6)}
        found: dict[str, Callable[[], list[Point]]] = {
            name: lambda borders=borders: counted(*borders)  # type: ignore[misc]  # its default is what the loop had
            for name, borders in {"requests": (100, 599), **classes}.items()
        }
        return found | {"httpresponsetime": lambda: [_took(minute, took) for minute, _, took in self._all(site)]}

    def _of_component(self, rid: ResourceId) -> dict[str, Callable[[], list[Point]]]:
        def answers() -> Iterator[tuple[datetime, dict[str, str], list[float]]]:
            for site in self._sites_of(rid):
                for minute, status, took in self._all(site):
                    yield minute, {"request/resultcode": str(status), "request/success": str(status < 400)}, took

        return {
            "requests/count": lambda: [_count(minute, len(took), told) for minute, told, took in answers()],
            "requests/failed": lambda: [
                _count(minute, len(took), told) for minute, told, took in answers() if told["request/success"] == "False"
            ],
            "requests/duration": lambda: [
                _took(minute, [one * _MILLISECONDS for one in took], told) for minute, told, took in answers()
            ],
        }

    def _all(self, site: str) -> Iterator[tuple[datetime, int, list[float]]]:
        for (minute, status), took in list(self._answers[site.lower()].items()):
            yield minute, status, list(took)

    def _is_flex(self, rid: ResourceId) -> bool:
        site = self._store.get("resources", str(rid)) or {}
        farm = self._store.get("resources", str(site.get("properties", {}).get("serverFarmId", ""))) or {}
        return str(farm.get("sku", {}).get("tier", "")).lower() == "flexconsumption"

    def _sites_of(self, rid: ResourceId) -> list[str]:
        """Sites whose settings name the component by its key."""
        component: Document = self._store.get("resources", str(rid)) or {}
        key = component.get("properties", {}).get("InstrumentationKey")
        held = self._store.items("settings")
        return [site for site, settings in held if key and key in settings.get("APPLICATIONINSIGHTS_CONNECTION_STRING", "")]


def _count(minute: datetime, count: int, dimensions: dict[str, str] | None = None) -> Point:
    return Point(minute, count, float(count), 1.0, 1.0, dimensions or {})


def _took(minute: datetime, seconds: list[float], dimensions: dict[str, str] | None = None) -> Point:
    return Point(minute, len(seconds), sum(seconds), min(seconds), max(seconds), dimensions or {})
