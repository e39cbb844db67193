"""Zero downtime under live traffic: turned back from half of the clients, then from rung live, then migrated. One stage."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.demo import warm_up
from local.interference import Interference
from local.stage import Stage, stage
from local.traffic.generator import Traffic
from tests.e2e import proofs
from tests.e2e.pilot import Pilot

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
PACE = {
    **{"STRATEGY": "zero-downtime", "POLL": "200ms", "QUEUE_SETTLE": "500ms", "SYNC": "1s"},
    **{"BAKE": "2s", "RAMP_BAKE": "3s", "WATCH": "3s", "QUIET": "2s"},
}


@pytest.fixture(scope="module")
def ready(folder: Path) -> Iterator[Stage]:
    with stage(folder, orders=120, pace=PACE, keeping="in-memory") as started:
        warm_up(started)
        yield started


@pytest.mark.long
@pytest.mark.parametrize("place", ["50", "live"])
def test_an_abort_on_the_way_leaves_the_source_as_it_was_and_no_request_unanswered(
    ready: Stage, traffic: Traffic, place: str
) -> None:
    pilot = Pilot(ready, f"turned-{place}")
    with Interference(ready, pilot.run, abort=True, place=place):
        pilot.start().raise_for_status()
        pilot.pass_gates("cutover")
        status = pilot.until("failed-back", seconds=240)
    assert status["why"].startswith("aborted by Lena Lead")
    assert status["weight"] == 0
    before, after = proofs.fingerprints(pilot)
    assert before == after
    assert proofs.failed(traffic) == {}


def test_it_migrates_and_every_request_is_answered(ready: Stage, traffic: Traffic) -> None:
    pilot = Pilot(ready, "moved")
    pilot.start().raise_for_status()
    pilot.until("cutover", seconds=240)
    assert proofs.failed(traffic) == {}
    pilot.decide("cutover").raise_for_status()
    pilot.until("finalize", seconds=300)
    pilot.decide("finalize").raise_for_status()
    status = pilot.until("migrated")
    rungs = [
        line["arguments"]["rung"] for line in status["steps"] if line["name"] == "climb_ladder" and line["state"] == "done"
    ]
    assert rungs == ["dual", "shadow", "live", "azure"]
    watched = next(line["evidence"] for line in status["steps"] if line["name"] == "watch_shadow")
    assert watched["compared"] > 0
    series = status["series"]
    assert series["weight"]["azure"] == [0, 5, 25, 50, 100]
    assert series["requests"]["azure"][-1] > 0
    assert series["lag"]["seconds"]
    proofs.manual_is_what_ran(pilot, status)
    proofs.source_is_dormant()
    assert proofs.failed(traffic) == {}
    assert traffic.requests()["served_by"]["azure"]["good"] > 0
    proofs.orders_are_kept(traffic)
