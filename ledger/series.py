"""What a run read look by look, as lines over time: clients on Azure, requests and errors of both sides, lag of the copy.

Lives here: putting the readings of its lines together. Never here: reading; steps wrote what is here (activities/trail.py).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from ledger.steps import StepRow

Json = dict[str, Any]
Reading = list[float]
TRAILS = ("lag_trail", "request_trail")
"""Names of readings in evidence, which are shown here and nowhere else."""
_MOST = 120
"""Readings of a line over time that are told, however long the run is."""


def series(started: str, rows: Iterable[StepRow]) -> Json:
    """Columns of equal length, `at` in seconds since 1970, by name; None for what was never read.

    Args:
        started: when the run began; ISO 8601.
        rows: its lines.

    Returns:
        `weight` (`azure`: percentage of clients, from that moment on), `requests` and `errors` (`aws`, `azure`: counted so far
        while both sides were watched), `lag` (`seconds`).
    """
    found = list(rows)
    counted = list(_counted(found))
    return {
        "weight": _columns(_weights(started, found), azure=1),
        "requests": _columns(counted, aws=1, azure=3),
        "errors": _columns(counted, aws=2, azure=4),
        "lag": _columns([reading for row in found for reading in _trail(row, "lag_trail")], seconds=1),
    }


def _trail(row: StepRow, name: str) -> list[Reading]:
    return row.evidence.get(name) or [] if isinstance(row.evidence, dict) else []


def _weights(started: str, rows: list[StepRow]) -> list[Reading]:
    """Every share that the run has sent clients to Azure with, forward and on a way back; none before the first."""
    found: list[Reading] = []
    for row in rows:
        for told in (row.evidence, row.undo_evidence):
            if isinstance(told, dict) and "switched" in told:
                found.append([_seconds(told["switched"]), float(told["weight"])])
    return [[_seconds(started), 0.0], *found] if found else []


def _counted(rows: list[StepRow]) -> Iterator[Reading]:
    """Counts of one watch after the other added up: each begins at nothing."""
    before = [0.0, 0.0, 0.0, 0.0]
    for trail in sorted(filter(None, (_trail(row, "request_trail") for row in rows))):
        for at, *counts in trail:
            yield [at, *(one + count for one, count in zip(before, counts, strict=True))]
        before = [one + count for one, count in zip(before, trail[-1][1:], strict=True)]


def _columns(readings: list[Reading], **named: int) -> Json | None:
    if not readings:
        return None
    ordered = _thinned(sorted(readings, key=lambda reading: reading[0]))
    return {"at": [reading[0] for reading in ordered]} | {
        name: [reading[place] for reading in ordered] for name, place in named.items()
    }


def _thinned(readings: list[Reading]) -> list[Reading]:
    """So many at most, evenly; the last one always."""
    step = -(-len(readings) // _MOST)
    return readings[::-1][::step][::-1]


def _seconds(moment: str) -> float:
    return round(datetime.fromisoformat(moment).timestamp(), 1)
