"""Readings of a run over time, put together from rows as the steps write them."""

from typing import Any

import pytest

from ledger.figures import metrics
from ledger.ledger import Ledger
from ledger.series import series
from ledger.status import status
from ledger.steps import StepRow
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

STARTED = "2026-11-23T02:00:00+00:00"
ZERO = 1795399200.0
"""The same moment in seconds."""
NOTHING = {"weight": None, "requests": None, "errors": None, "lag": None}


def row(seq: int, evidence: Any, **more: Any) -> StepRow:
    return StepRow(seq, "step", "any", "done", evidence=evidence, **more)


def shifted(seq: int, minute: int, weight: int, back: int | None = None) -> StepRow:
    undone = {"weight": 0, "switched": f"2026-11-23T02:{back}:00+00:00"} if back else None
    return row(seq, {"weight": weight, "switched": f"2026-11-23T02:{minute}:00+00:00"}, undo_evidence=undone)


def test_before_the_first_reading_there_is_nothing() -> None:
    assert series(STARTED, [row(1, None), row(2, {"checked": 3}), row(3, {"lag_trail": []})]) == NOTHING


def test_clients_go_by_steps_and_back_in_one() -> None:
    found = series(STARTED, [shifted(1, 10, 5, back=40), shifted(2, 20, 50, back=30)])["weight"]
    assert found == {"at": [ZERO + 60 * minute for minute in (0, 10, 20, 30, 40)], "azure": [0, 5, 50, 0, 0]}


def test_counts_of_one_watch_after_the_other_add_up() -> None:
    first, second = [[ZERO, 0, 0, 0, 0], [ZERO + 60, 90, 1, 10, 0]], [[ZERO + 90, 0, 0, 0, 0], [ZERO + 120, 50, 0, 50, 2]]
    found = series(
        STARTED, [row(4, {"request_trail": second}), row(2, {"request_trail": first}), row(3, {"request_trail": []})]
    )
    assert found["requests"] == {
        "at": [ZERO, ZERO + 60, ZERO + 90, ZERO + 120],
        "aws": [0, 90, 90, 140],
        "azure": [0, 10, 10, 60],
    }
    assert (found["errors"]["aws"], found["errors"]["azure"]) == ([0, 1, 1, 1], [0, 0, 0, 2])


def test_a_lag_goes_on_from_step_to_step_and_many_readings_are_told_by_few() -> None:
    trails = [[[ZERO + 60 * part + at, float(at)] for at in range(60)] for part in range(10)]
    found = series(STARTED, [row(seq, {"lag_trail": trail}) for seq, trail in enumerate(trails)])["lag"]
    assert len(found["at"]) == len(found["seconds"]) <= 120
    assert (found["at"][-1], found["seconds"][-1]) == (ZERO + 599, 59.0)
    assert found["at"][0] < ZERO + 10
    assert found["at"] == sorted(found["at"])


def counted(since: str, requests: int | None) -> StepRow:
    sides = {side: {"requests": requests, "errors": 1} if requests is not None else {} for side in ("source", "target")}
    probes = {side: {"total": 7, "bad": 2} for side in ("source", "target")}
    return row(1, {"since": since, "request_trail": [], "metrics": sides, "probes": probes})


@pytest.mark.parametrize(("requests", "told"), [(30, {"requests": 30, "errors": 1}), (None, {})])
def test_what_was_counted_last_is_of_the_watch_that_began_last(requests: int | None, told: dict[str, int]) -> None:
    side = told | {"probes": 7, "wrong_probes": 2}
    found = metrics([counted("2026-11-23T03:00:00", requests), counted("2026-11-23T02:00:00", 99)])
    assert found == {"since": "2026-11-23T03:00:00", "aws": side, "azure": side}
    assert metrics([row(1, {"checked": 1})]) is None


def test_a_status_tells_readings_once_and_not_in_evidence(ledger: Ledger) -> None:
    run = write(ledger, new_run(example()))
    seq = next(line["seq"] for line in run.runbook if line["name"] == "snapshot_source")
    evidence = {"lags": [3.0], "lag_trail": [[ZERO, 3.0]], "looks": 1}
    ledger.steps.change(run.run, seq, state="done", started=STARTED, ended=STARTED, evidence=evidence)
    found = status(ledger, run, {})
    assert found["series"] == NOTHING | {"lag": {"at": [ZERO], "seconds": [3.0]}}
    assert found["steps"][seq - 1]["evidence"] == {"lags": [3.0], "looks": 1}
