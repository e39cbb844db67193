"""What API Gateway counts of an HTTP API, and CloudWatch shows; the emulator counts none of it.

Lives here: the counters, their way into CloudWatch, and the API's own address, at which requests are counted as well.
Never here: who is sent to the API.
Source: "Monitoring HTTP API metrics with CloudWatch" (API Gateway): Count, 4xx, 5xx and Latency (milliseconds) by ApiId.
"""

import asyncio
import logging
import time
from collections import Counter
from typing import Any

from aiohttp import web
from botocore.exceptions import BotoCoreError, ClientError

from local.routing.forwarder import Forwarder, OriginFailed

log = logging.getLogger(__name__)
PAUSE = 1.0  # seconds between two sendings; CloudWatch itself shows a minute when it has passed
_NAMESPACE = "AWS/ApiGateway"
_DISTINCT = 150  # values that one datum takes


class Meter:
    """Counts the requests of one HTTP API.

    Args:
        client: boto3 client of `cloudwatch`.
        api: id of the API.
    """

    def __init__(self, client: Any, api: str) -> None:
        self._client, self._api = client, api
        self._counts, self._latencies = Counter[str](), Counter[float]()

    def answered(self, status: int, seconds: float) -> None:
        """A request got that status after so many seconds."""
        self._counts["Count"] += 1
        if status >= 400:
            self._counts[f"{status // 100}xx"] += 1
        self._latencies[float(round(seconds * 1000))] += 1

    async def keep_sending(self) -> None:
        """Send what was counted, again and again; a metric exists from the start, with the value 0."""
        self._counts.update({"Count": 0, "4xx": 0, "5xx": 0})
        while True:
            await self.send()
            await asyncio.sleep(PAUSE)

    async def send(self) -> None:
        """Send what was counted since the last time; what could not be sent is sent the next time."""
        counts, latencies = self._counts, self._latencies
        self._counts, self._latencies = Counter(), Counter()
        if not counts:
            return
        try:
            await asyncio.to_thread(
                self._client.put_metric_data, Namespace=_NAMESPACE, MetricData=self._data(counts, latencies)
            )
        except (BotoCoreError, ClientError) as problem:
            log.warning("what API %s took could not be counted: %s", self._api, problem)
            self._counts += counts
            self._latencies += latencies

    def _data(self, counts: "Counter[str]", latencies: "Counter[float]") -> list[dict[str, Any]]:
        of = {"Dimensions": [{"Name": "ApiId", "Value": self._api}]}
        found: list[dict[str, Any]] = [{**of, "MetricName": name, "Value": float(count)} for name, count in counts.items()]
        values = list(latencies)
        for first in range(0, len(values), _DISTINCT):
            part = values[first : first + _DISTINCT]
            numbers = [float(latencies[value]) for value in part]
            found.append({**of, "MetricName": "Latency", "Unit": "Milliseconds", "Values": part, "Counts": numbers})
        return found


class Address:
    """The API's own address: whoever asks there is answered by the API, and counted.

    Args:
        forwarder: asks the emulator.
        origin: base URL of the API there.
        meter: of this API.
    """

    def __init__(self, forwarder: Forwarder, origin: str, meter: Meter) -> None:
        self._forwarder, self._origin, self._meter = forwarder, origin, meter

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Forward and count; 502 and 504 have a JSON body that says why."""
        began = time.monotonic()
        try:
            response = await self._forwarder.forward(request, self._origin)
        except OriginFailed as error:
            response = web.json_response({"error": "origin-failed", "detail": str(error)}, status=error.status)
        self._meter.answered(response.status, time.monotonic() - began)
        return response
