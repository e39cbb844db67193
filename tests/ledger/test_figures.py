"""Figures that status and report show, from rows as steps write them."""

import pytest

from ledger.exceptions import Differing
from ledger.figures import replication
from ledger.ledger import Ledger
from ledger.status import status
from ledger.steps import StepRow
from tests.ledger.rows import new_run, write
from tests.plan.plans import example


def looked(seq: int, lags: list[float], looks: int, **more: float) -> StepRow:
    return StepRow(seq, "step", "sync_deltas", "done", evidence={"lags": lags, "looks": looks, **more})


def test_without_a_look_there_is_no_lag() -> None:
    assert (
        replication([StepRow(1, "step", "announce", "done", evidence={"posted": 1}), StepRow(2, "step", "x", "planned")])
        is None
    )


def test_the_last_look_counts_and_the_highest_lag_of_all() -> None:
    rows = [looked(1, [9.0, 4.0, 1.0], 3, lag_max=42.0), looked(2, [2.0, 2.0], 5), looked(3, [7.0], 4)]
    assert replication(rows) == {"lag_seconds": 2.0, "trend": "steady", "lag_max_seconds": 42.0, "looks": 5}


@pytest.mark.parametrize(
    ("lags", "trend"),
    [
        ([5.0], "steady"),
        ([0.0, 0.0, 0.0, 0.0], "steady"),
        ([100.0, 80.0, 40.0, 10.0], "shrinking"),
        ([1.0, 2.0, 8.0, 9.0], "growing"),
        ([10.0, 10.5, 10.2, 10.4], "steady"),
    ],
)
def test_the_trend_compares_later_looks_with_earlier_ones(lags: list[float], trend: str) -> None:
    found = replication([looked(1, lags, len(lags))])
    assert found is not None
    assert found["trend"] == trend


def test_the_status_has_both(ledger: Ledger) -> None:
    run = write(ledger, new_run(example()))
    assert (status(ledger, run, {})["exceptions"], status(ledger, run, {})["replication"]) == ({"open": 0, "accepted": 0}, None)
    rows = [Differing("orders", key, "a", "b", "another content") for key in ("1", "2", "3")]
    ledger.exceptions.note(run.run, "verify_backup", rows)
    ledger.exceptions.accept(run.run, rows[0].id, "Petra", "fine")
    ledger.steps.change(run.run, 1, evidence={"lags": [1.5], "looks": 1, "lag_max": 3.0})
    found = status(ledger, run, {})
    assert found["exceptions"] == {"open": 2, "accepted": 1}
    assert found["replication"] == {"lag_seconds": 1.5, "trend": "steady", "lag_max_seconds": 3.0, "looks": 1}
