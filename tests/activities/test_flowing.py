"""Changes that flow while people are asked: each look goes on where the one before stopped, over a real ledger."""

from types import SimpleNamespace
from typing import cast

import pytest

from activities import context, flowing
from adapters.world import World
from ledger.ledger import Ledger
from plan.model import Plan
from tests.activities.streams import Stream
from tests.ledger.rows import new_run, write
from tests.plan.plans import data


def test_the_line_that_synchronised_last_is_told_how_far_it_is(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Plan.model_validate(data() | {"strategy": "zero-downtime"})
    run = write(ledger, new_run(plan))
    stream = Stream(written=100, speed=30)
    monkeypatch.setattr(context, "world_for", lambda *_: cast(World, SimpleNamespace(replications={"orders": stream})))
    assert flowing.flow_deltas({"run": run.run}) == {}, "nothing has been synchronised yet"
    seq = next(line["seq"] for line in run.runbook if line["name"] == "sync_deltas")
    seen = {
        "positions": {"orders": {"at": 10}},
        "touched": {},
        "looks": 4,
        "lags": [7.0],
        "applied": 10,
        "lag_trail": [[1.0, 7.0]],
    }
    ledger.steps.change(run.run, seq, state="done", started="2026-11-23T02:00:00+00:00", evidence=seen)
    assert flowing.flow_deltas({"run": run.run}) == {"lag": 60.0}
    assert flowing.flow_deltas({"run": run.run}) == {"lag": 30.0}
    assert stream.asked == [10, 40]
    kept = ledger.steps.get(run.run, seq).evidence
    assert kept["positions"] == {"orders": {"at": 70}}
    assert (kept["applied"], kept["looks"], kept["lags"]) == (70, 6, [7.0, 60.0, 30.0])
    assert [lag for _, lag in kept["lag_trail"]] == [7.0, 60.0, 30.0]
    assert kept["touched"]["orders"]["keys"], "what was touched must be compared later"
