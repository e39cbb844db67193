"""host.json: what this host takes from it, with the defaults of the documentation.

Lives here: reading host.json and the `AzureFunctionsJobHost__...` settings that override it. Never here: app settings.
Source: https://learn.microsoft.com/azure/azure-functions/functions-host-json
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

_OVERRIDE = "AzureFunctionsJobHost__"
_TIME_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?")


def parse_time_span(text: str) -> timedelta:
    """A .NET TimeSpan: `[days.]hh:mm[:ss[.fraction]]`.

    Raises:
        ValueError: the text has another form.
    """
    match = _TIME_SPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is not a time span; write hh:mm:ss")
    days, hours, minutes, seconds, fraction = match.groups()
    microseconds = int((fraction or "0").ljust(6, "0")[:6])
    return timedelta(
        days=int(days or 0), hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0), microseconds=microseconds
    )


@dataclass(frozen=True)
class QueueOptions:
    """`extensions.queues`."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_timeout: timedelta = timedelta(0)
    max_polling_interval: timedelta = timedelta(seconds=2)
    base64: bool = True


@dataclass(frozen=True)
class HostConfig:
    """What host.json says."""

    route_prefix: str = "api"
    hub_name: str = "TestHubName"
    max_concurrent_activities: int = 32
    queues: QueueOptions = QueueOptions()


def load_host_config(app: Path, settings: Mapping[str, str]) -> HostConfig:
    """Read APP/host.json; a missing file means all defaults.

    Raises:
        ValueError: the file is not JSON, or a value has a wrong form.
    """
    file = app / "host.json"
    document: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    for name, value in settings.items():
        if name.startswith(_OVERRIDE):
            _put(document, name.removeprefix(_OVERRIDE).split("__"), value)
    extensions = document.get("extensions", {})
    durable = extensions.get("durableTask", {})
    return HostConfig(
        route_prefix=extensions.get("http", {}).get("routePrefix", "api").strip("/"),
        hub_name=durable.get("hubName", "TestHubName"),
        max_concurrent_activities=int(durable.get("maxConcurrentActivityFunctions", 32)),
        queues=_queue_options(extensions.get("queues", {})),
    )


def _queue_options(given: Mapping[str, Any]) -> QueueOptions:
    batch_size = int(given.get("batchSize", 16))
    if not 1 <= batch_size <= 32:
        raise ValueError(f"host.json: extensions.queues.batchSize is {batch_size}; it must be from 1 to 32")
    return QueueOptions(
        batch_size=batch_size,
        new_batch_threshold=int(given.get("newBatchThreshold", batch_size // 2)),
        max_dequeue_count=int(given.get("maxDequeueCount", 5)),
        visibility_timeout=parse_time_span(given.get("visibilityTimeout", "00:00:00")),
        max_polling_interval=parse_time_span(given.get("maxPollingInterval", "00:00:02")),
        base64=str(given.get("messageEncoding", "base64")).lower() == "base64",
    )


def _put(document: dict[str, Any], path: list[str], value: str) -> None:
    for name in path[:-1]:
        document = document.setdefault(name, {})
    document[path[-1]] = value
