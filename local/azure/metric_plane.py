"""Azure Monitor's metrics: the batch of the data plane, and Resource Manager's listing for one resource.

Lives here: requests and answers. Never here: counting. On Azure the batch has a host of its own in each region, and is allowed
at the subscription; here it shares Resource Manager's port, with tokens of its own audience.
Source: "Metrics Batch" 2024-02-01 and "Metrics - List" 2023-10-01 of the Azure Monitor REST API.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from local.azure.errors import ArmError, bad_content, not_found
from local.azure.ids import ResourceId
from local.azure.metric_points import MINUTE, Point, Points, series
from local.azure.site_metrics import SiteMetrics
from local.azure.store import Store
from local.azure.wire import Call, Route, reply

AUDIENCE = "https://metrics.monitor.azure.com"
BATCH_VERSIONS = ("2023-05-01-preview", "2023-10-01", "2024-02-01")
_STEP = re.compile(r"PT(\d+)([MH])")
_MOST = 50
"""Resources of one batch at most."""


class MetricPlane:
    """Both services, over what the sites and the tests have counted."""

    def __init__(self, store: Store, sites: SiteMetrics, points: Points) -> None:
        self._store, self._sites, self._points = store, sites, points

    def routes(self) -> list[Route]:
        """The batch, and the listing at any resource."""
        listing = (
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/{resource*}/providers/Microsoft.Insights/metrics"
        )
        return [
            Route("POST", "/subscriptions/{subscription}/metrics:getBatch", self._batch),
            Route("GET", listing, self._list),
        ]

    def levers(self) -> list[Route]:
        """`POST /_standin/metrics` sends one value: `resource`, `namespace`, `name`, `value`, `dimensions`."""
        return [Route("POST", "/_standin/metrics", self._send)]

    async def _send(self, call: Call) -> web.Response:
        sent = await call.body()
        self._points.add(sent["resource"], sent["namespace"], sent["name"], float(sent["value"]), sent.get("dimensions") or {})
        return reply(status=202)

    async def _batch(self, call: Call) -> web.Response:
        asked, ids = call.request.query, (await call.body()).get("resourceids")
        if not isinstance(ids, list) or not 0 < len(ids) <= _MOST:
            raise bad_content(f"'resourceids' must name 1 to {_MOST} resources")
        for name in ("metricnamespace", "metricnames"):
            if not asked.get(name):
                raise ArmError(400, "BadRequest", f"The query parameter {name} is required.")
        start, end = _moment(asked.get("starttime")), _moment(asked.get("endtime"))
        end = end or datetime.now(UTC)
        start = start or end - timedelta(hours=1)
        values = [self._result(id_, asked, start, end, custom=False) for id_ in ids]
        told = {"starttime": _text(start), "endtime": _text(end), "interval": asked.get("interval", "PT1M")}
        return reply({"values": [{**told, "resourceid": id_, **value} for id_, value in zip(ids, values, strict=True)]})

    async def _list(self, call: Call) -> web.Response:
        asked, id_ = call.request.query, call.path.rsplit("/providers/", 1)[0]
        begin, _, until = asked.get("timespan", "").partition("/")
        end = _moment(until) or datetime.now(UTC)
        start = _moment(begin) or end - timedelta(hours=1)
        told = {"cost": 0, "timespan": f"{_text(start)}/{_text(end)}", "interval": asked.get("interval", "PT1M")}
        return reply({**told, **self._result(id_, asked, start, end, custom=True)})

    def _result(self, id_: str, asked: Any, start: datetime, end: datetime, *, custom: bool) -> dict[str, Any]:
        rid = ResourceId.parse(id_)
        found = self._store.get("resources", str(rid))
        if found is None:
            raise not_found(id_, rid.group)
        namespace = asked.get("metricnamespace") or rid.type
        names = [name for name in asked.get("metricnames", "").split(",") if name]
        where = asked.get("filter") or asked.get("$filter") or ""
        step = None if asked.get("interval", "").upper() == "FULL" else _step(asked.get("interval") or "PT1M")
        aggregations = [one.strip().lower() for one in (asked.get("aggregation") or "average").split(",")]
        start = start.replace(second=0, microsecond=0)
        value = []
        for name in names:
            points = self._counted(rid, namespace, name, custom=custom)
            drawn = series(points, where, start, max(end, start + MINUTE), step)
            value.append(_metric(id_, name, [_series(one, aggregations) for one in drawn]))
        return {"namespace": namespace, "resourceregion": found.get("location", ""), "value": value}

    def _counted(self, rid: ResourceId, namespace: str, name: str, *, custom: bool) -> list[Point]:
        platform = self._sites.names(rid) if namespace.lower() == rid.type.lower() else {}
        if name.lower() in platform:
            return platform[name.lower()]()
        sent = self._points.find(str(rid), namespace, name) if custom else None
        if sent is None:
            provider, _, kind = rid.type.partition("/")
            raise ArmError(
                400, "BadRequest", f"Failed to find metric configuration for provider: {provider}, resource Type: {kind}, "
                f"metric: {name}, Valid metrics: {','.join(platform)}",
            )  # fmt: skip
        return sent


def _metric(id_: str, name: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"{id_}/providers/Microsoft.Insights/metrics/{name}",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": name, "localizedValue": name},
        "unit": "Unspecified",
        "timeseries": found,
        "errorCode": "Success",
    }


def _series(found: dict[str, Any], aggregations: list[str]) -> dict[str, Any]:
    named = [{"name": {"value": name, "localizedValue": name}, "value": value} for name, value in found["dimensions"].items()]
    data = [
        {"timeStamp": _text(point.minute)} | {aggregation: point.drawn(aggregation) for aggregation in aggregations}
        for point in found["points"]
    ]
    return {"metadatavalues": named, "data": data}


def _step(text: str) -> timedelta:
    found = _STEP.fullmatch(text.upper())
    if found is None:
        raise ArmError(400, "BadRequest", f"Detected invalid time grain input: {text}")
    return timedelta(minutes=int(found[1])) if found[2] == "M" else timedelta(hours=int(found[1]))


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArmError(400, "BadRequest", f"Invalid time: {text}") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
