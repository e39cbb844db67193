"""What has been counted: points of metrics by resource, namespace and name, drawn together by the minute.

Lives here: the store and its arithmetic; a restart of the stand-in forgets all. Never here: requests (`metric_plane.py`),
what a site counts (`site_metrics.py`).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from local.azure.errors import ArmError

MINUTE = timedelta(minutes=1)
_TERM = re.compile(r"\s*([^']+?)\s+eq\s+'([^']*)'\s*")
_JOINED = re.compile(r"(?:\s+|(?<='))(?:and|or)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Point:
    """Values within one minute: how many, their sum, the smallest, the largest; names of dimensions are in lower case."""

    minute: datetime
    count: int
    total: float
    minimum: float
    maximum: float
    dimensions: Mapping[str, str] = field(default_factory=dict)

    def __add__(self, other: "Point") -> "Point":
        return replace(
            self,
            count=self.count + other.count,
            total=self.total + other.total,
            minimum=min(self.minimum, other.minimum),
            maximum=max(self.maximum, other.maximum),
        )

    def drawn(self, aggregation: str) -> float:
        """Its value by `total`, `count`, `average`, `minimum` or `maximum`."""
        values = {"total": self.total, "count": float(self.count), "minimum": self.minimum, "maximum": self.maximum}
        return values.get(aggregation, self.total / self.count if self.count else 0.0)


class Points:
    """Points of single values that were sent, such as custom metrics."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str, str], list[Point]] = defaultdict(list)

    def add(self, resource: str, namespace: str, name: str, value: float, dimensions: Mapping[str, str]) -> None:
        """One value now."""
        minute = datetime.now(UTC).replace(second=0, microsecond=0)
        named = {key.lower(): text for key, text in dimensions.items()}
        self._held[_key(resource, namespace, name)].append(Point(minute, 1, value, value, value, named))

    def find(self, resource: str, namespace: str, name: str) -> list[Point] | None:
        """Points of a metric; None when nobody ever sent one."""
        return self._held.get(_key(resource, namespace, name))


def series(points: Iterable[Point], where: str, start: datetime, end: datetime, step: timedelta | None) -> list[dict[str, Any]]:
    """The time series that a query asks for: `dimensions`, and `points` by step; whole steps, empty ones included.

    Args:
        points: of one metric.
        where: a filter such as `name eq 'value' and other eq '*'`; a star splits by that dimension.
        start: beginning of a minute.
        end: the first moment that does not count.
        step: None draws everything into one point.
    """
    asked = list(_terms(where))
    split = [name for name, value in asked if value == "*"]
    wanted: dict[str, set[str]] = defaultdict(set)
    for name, value in asked:
        if value != "*":
            wanted[name].add(value)
    chosen = [
        point
        for point in points
        if start <= point.minute < end and all(point.dimensions.get(name, "") in values for name, values in wanted.items())
    ]
    groups: dict[tuple[str, ...], list[Point]] = defaultdict(list)
    for point in chosen:
        groups[tuple(point.dimensions.get(name, "") for name in split)].append(point)
    if not split:
        groups.setdefault((), [])
    found = []
    for values, members in groups.items():
        drawn = _by_step(members, start, end, step)
        found.append({"dimensions": dict(zip(split, values, strict=True)), "points": drawn})
    return found


def _by_step(points: list[Point], start: datetime, end: datetime, step: timedelta | None) -> list[Point]:
    starts = [start] if step is None else [start + step * number for number in range(-(-(end - start) // step))]
    long = end - start if step is None else step
    drawn = {begin: Point(begin, 0, 0.0, 0.0, 0.0) for begin in starts}
    for point in points:
        begin = start + long * ((point.minute - start) // long)
        held = drawn[begin]
        drawn[begin] = replace(held + point if held.count else point, minute=begin, dimensions={})
    return list(drawn.values())


def _terms(where: str) -> Iterator[tuple[str, str]]:
    for part in _JOINED.split(where) if where.strip() else []:
        term = _TERM.fullmatch(part)
        if term is None:
            raise ArmError(400, "BadRequest", f"Invalid filter: {where}")
        yield term.group(1).lower(), term.group(2)


def _key(resource: str, namespace: str, name: str) -> tuple[str, str, str]:
    return resource.lower(), namespace.lower(), name.lower()
