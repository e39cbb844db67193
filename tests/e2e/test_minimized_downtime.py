"""Minimized downtime under live traffic: turned back in the window, then migrated. One stage; the tests follow each other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.demo import warm_up
from local.stage import Stage, stage
from local.traffic.generator import Traffic
from tests.e2e import proofs
from tests.e2e.pilot import Pilot

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]


@pytest.fixture(scope="module")
def ready(folder: Path) -> Iterator[Stage]:
    pace = {"STRATEGY": "minimized-downtime", "POLL": "200ms", "QUEUE_SETTLE": "500ms", "BAKE": "2s"}
    with stage(folder, orders=120, pace=pace, keeping="in-memory") as started:
        warm_up(started)
        yield started


def test_an_abort_in_the_window_leaves_the_source_as_it_was(ready: Stage, traffic: Traffic) -> None:
    pilot = Pilot(ready, "turned")
    pilot.start().raise_for_status()
    pilot.until("open-window")
    assert proofs.failed(traffic) == {}, "nobody notices the copy"
    pilot.decide("open-window").raise_for_status()
    pilot.until("cutover")
    pilot.post("migrations/turned/abort", {"by": "Lena Lead", "reason": "not tonight"}).raise_for_status()
    status = pilot.until("failed-back")
    steps = {line["name"]: line for line in status["steps"]}
    assert steps["copy_delta"]["evidence"]["applied"] >= 0
    before, after = proofs.fingerprints(pilot)
    assert before == after


def test_it_migrates_with_what_was_written_while_it_was_copied(ready: Stage, traffic: Traffic) -> None:
    pilot = Pilot(ready, "moved")
    pilot.start().raise_for_status()
    pilot.pass_gates("open-window", "cutover", "finalize")
    status = pilot.until("migrated")
    applied = sum(line["evidence"]["applied"] for line in status["steps"] if line["name"] in {"sync_deltas", "copy_delta"})
    assert applied > 0, "orders were written during the copy and brought over"
    proofs.manual_is_what_ran(pilot, status)
    proofs.source_is_dormant()
    proofs.orders_are_kept(traffic)
