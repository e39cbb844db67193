"""How Azure hosts a function app, read from Resource Manager's JSON.

Lives here: which plan it is, and what each plan's limits are. Never here: a call, a judgement.
Source: "Azure Functions hosting options", the sections on time-outs, scale and limits.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from adapters.records import Json

Tier = Literal["flex", "consumption", "premium", "dedicated"]
DEFAULT_RUN: dict[Tier, timedelta] = {
    "flex": timedelta(minutes=30),
    "consumption": timedelta(minutes=5),
    "premium": timedelta(minutes=30),
    "dedicated": timedelta(minutes=30),
}
"""How long a run may last without `functionTimeout`."""
LONGEST_RUN: dict[Tier, timedelta] = {"consumption": timedelta(minutes=10)}
"""How long it may last whatever `functionTimeout` says; the others have no such limit."""
_TIERS: dict[str, Tier] = {"FC": "flex", "Y": "consumption", "EP": "premium", "WS": "premium"}
_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?")


def named(resources: Sequence[Json], kind: str, name: str) -> Json:
    """The resource of that type and name; empty when there is none."""
    ending = f"/providers/{kind}/{name}".lower()
    return next((one for one in resources if str(one.get("id", "")).lower().endswith(ending)), {})


def of_kind(resources: Sequence[Json], kind: str) -> list[Json]:
    """All resources of a type, also of one that stands below others."""
    return [one for one in resources if str(one.get("type", "")).lower() == kind.lower()]


def tier(site: Json, resources: Sequence[Json]) -> Tier | None:
    """The kind of hosting plan that the app is on; None when that cannot be told."""
    properties = site.get("properties") or {}
    if properties.get("functionAppConfig"):  # no other plan has that part
        return "flex"
    farm = str(properties.get("serverFarmId") or "").lower()
    sku = next((one.get("sku") or {} for one in resources if farm and str(one.get("id", "")).lower() == farm), {})
    name = re.match(r"[A-Za-z]+", str(sku.get("name") or ""))
    return _TIERS.get(name[0].upper(), "dedicated") if name else None


def app_settings(site: Json) -> list[Json]:
    """`name` and `value` of each setting that the app's resource brings; values may be secret."""
    config = (site.get("properties") or {}).get("siteConfig") or {}
    return [one for one in config.get("appSettings") or [] if isinstance(one, dict) and "name" in one]


def instances(site: Json) -> int | None:
    """How many instances the app may have at most, if that is said."""
    properties = site.get("properties") or {}
    scale = (properties.get("functionAppConfig") or {}).get("scaleAndConcurrency") or {}
    found = scale.get("maximumInstanceCount") or (properties.get("siteConfig") or {}).get("functionAppScaleLimit")
    return int(str(found)) if str(found or "").isdigit() else None


def on_linux(site: Json) -> bool:
    """Whether it runs on Linux, as it does unless its resource says otherwise."""
    return not site or "linux" in str(site.get("kind", "")).lower() or bool((site.get("properties") or {}).get("reserved"))


def span(text: object) -> timedelta | None:
    """A length of time as host.json has it, such as `00:05:00`; None for `-1`, which is without end.

    Raises:
        ValueError: it is neither.
    """
    if str(text).strip() in {"-1", "-00:00:01", "-1.00:00:00"}:
        return None
    found = _SPAN.fullmatch(str(text).strip())
    if found is None:
        raise ValueError(f"{text!r} is no length of time")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
