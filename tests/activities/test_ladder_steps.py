"""Leading a live app up and down the ladder: what is written in which order, and when it is refused."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities import comparing
from activities.step import Done, Failed, Step, Waiting, Work
from activities.steps import climb_ladder
from activities.steps.await_departure import AwaitDeparture
from activities.steps.climb_ladder import ClimbLadder
from activities.steps.hand_over_queues import HandOverQueues
from activities.steps.prepare_ladder import PrepareLadder
from activities.steps.watch_shadow import WatchShadow
from adapters.errors import AdapterError
from adapters.ladder import Place
from adapters.observing import Traffic
from adapters.records import Depth
from plan.model import Plan
from tests.activities.following import Following
from tests.activities.small_ladder import SmallLadder
from tests.activities.small_world import Remembered, Settings, work
from tests.plan.plans import data


def plan() -> Plan:
    document = data() | {"strategy": "zero-downtime"}
    document["state"]["ladder"] = {"endpoint": "https://ordersdata.table.core.windows.net", "watch": "10s"}
    return Plan.model_validate(document)


def given(ladder: SmallLadder, rung: str = "", after: float = 0.0, did: dict[str, Any] | None = None, **ports: Any) -> Work:
    made = work(did=did, after=after, plan=plan(), ladder=ladder, **({"movers": {}} | ports))
    return replace(made, arguments={"rung": rung} if rung else {})


def climbed(ladder: SmallLadder, rung: str) -> None:
    ClimbLadder().do(given(ladder, rung), {})


def test_neighbours_with_one_authority_are_changed_without_a_hold() -> None:
    for below, above in (("aws", "dual"), ("dual", "shadow"), ("live", "azure")):
        ladder = SmallLadder(Place(rung=below))
        climbed(ladder, above)
        assert ladder.log == [{"rung": above}]


@pytest.mark.parametrize(("start", "end"), [("shadow", "live"), ("live", "shadow")])
def test_writes_are_held_until_everybody_holds_before_the_authority_changes(start: str, end: str) -> None:
    ladder = SmallLadder(Place(rung=start), slow=3)
    seen: list[tuple[str, bool]] = []
    ladder.on_change = lambda place: seen.append((place.rung, place.held))
    climbed(ladder, end)
    assert seen == [(start, True), (end, True), (end, False)], "writes wait until everybody knows who has the authority"
    assert ladder.waited == [0, 4, 4], "each change is followed by all before the next"


def test_once_the_ladder_was_taken_away_nobody_is_brought_down() -> None:
    record = Remembered({"prepare_ladder": {}})
    record.back = {"prepare_ladder"}
    ladder, step, before = SmallLadder(None), ClimbLadder(), {"rung": "aws"}
    asked = replace(work(record=record, plan=plan(), ladder=ladder), arguments={"rung": "dual"})
    assert (step.undo(asked, before), step.undone(asked, before), ladder.log) == ({}, Done(), [])


def test_instances_that_do_not_hold_leave_the_rung_as_it_was_and_writes_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(climb_ladder, "_HOLD", 0.3)
    ladder = SmallLadder(Place(rung="shadow"), slow=10_000)
    with pytest.raises(AdapterError, match="2 instances did not follow") as caught:
        climbed(ladder, "live")
    assert caught.value.transient
    assert ladder.at is not None
    assert (ladder.at.rung, ladder.at.held) == ("shadow", False)


def test_a_write_that_is_owed_to_one_side_keeps_the_authority_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(climb_ladder, "_HOLD", 0.3)
    for start, end in (("shadow", "live"), ("live", "shadow")):
        ladder = SmallLadder(Place(rung=start))
        ladder.owed = 2
        with pytest.raises(AdapterError, match="2 writes are owed"):
            climbed(ladder, end)
        assert ladder.at is not None
        assert (ladder.at.rung, ladder.at.held) == (start, False)


def test_a_rung_that_is_no_neighbour_is_refused() -> None:
    ladder = SmallLadder(Place(rung="aws"))
    with pytest.raises(AdapterError, match="no neighbour"):
        climbed(ladder, "live")
    assert ladder.log == []


def test_both_sides_are_compared_before_an_instance_that_died_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    ladder = SmallLadder(Place(rung="shadow"))
    ladder.dead = ["i9"]
    monkeypatch.setattr(comparing, "whole", lambda _work: compared.append(ladder.at.rung if ladder.at else ""))
    climbed(ladder, "live")
    assert compared == ["shadow"]
    assert ladder.forgotten == ["i9"]


def test_an_instance_that_dies_while_writes_wait_keeps_the_authority_where_it_is() -> None:
    ladder = SmallLadder(Place(rung="shadow"))
    ladder.on_change = lambda place: ladder.dead.extend(["i1"] if place.held and not ladder.dead else [])
    with pytest.raises(AdapterError, match="1 instances ended") as caught:
        climbed(ladder, "live")
    assert caught.value.transient
    assert (ladder.log[-1], ladder.dead) == ({"rung": "shadow", "held": False}, ["i1"])


@pytest.mark.parametrize(("rung", "changes"), [("shadow", [{"rung": "live"}, {"held": False}]), ("live", [{"held": False}])])
def test_a_move_that_was_cut_off_while_writes_waited_is_taken_up(rung: str, changes: list[dict[str, Any]]) -> None:
    ladder = SmallLadder(Place(rung=rung, held=True), slow=2)
    climbed(ladder, "live")
    assert [change for change in ladder.log if change != {"held": True}] == changes
    assert all(looks > 2 for looks in ladder.waited[1:])


def test_a_climb_waits_for_instances_and_for_owed_writes() -> None:
    ladder = SmallLadder(Place(rung="dual"), slow=1)
    step = ClimbLadder()
    assert isinstance(step.verify(given(ladder, "dual"), {}), Waiting)
    ladder.owed = 1
    assert isinstance(step.verify(given(ladder, "dual"), {}), Waiting)
    ladder.owed = 0
    assert isinstance(step.verify(given(ladder, "dual"), {}), Done)
    assert isinstance(step.verify(given(ladder, "shadow"), {}), Failed)


def test_the_way_back_is_one_rung_down() -> None:
    ladder = SmallLadder(Place(rung="live"))
    step = ClimbLadder()
    step.undo(given(ladder, "live"), {"rung": "shadow"})
    assert ladder.at is not None
    assert ladder.at.rung == "shadow"
    assert isinstance(step.undone(given(ladder, "live"), {"rung": "shadow"}), Done)


def test_the_app_is_put_on_the_lowest_rung_and_taken_off_again() -> None:
    ladder, app, step = SmallLadder(), Settings({"OTHER": "1"}), PrepareLadder()
    here = given(ladder, app=app)
    before = step.snapshot(here)
    step.do(here, before)
    assert isinstance(step.verify(here, before), Done)
    assert ladder.at is not None
    assert ladder.at.rung == "aws"
    assert app.found["BRIDGE_LADDER"] == "https://ordersdata.table.core.windows.net"
    step.undo(here, before)
    assert isinstance(step.undone(here, before), Done)
    assert ladder.place() is None
    assert app.found == {"OTHER": "1"}


def test_a_ladder_that_another_migration_holds_is_left_as_it_is() -> None:
    ladder, app, step = SmallLadder(Place(rung="azure", producers="azure")), Settings({}), PrepareLadder()
    here = given(ladder, app=app)
    with pytest.raises(AdapterError, match="rung azure already"):
        step.do(here, step.snapshot(here))
    assert (ladder.log, app.found) == ([], {})


class Mover:
    """A queue on Azure with these depths, one look after the other."""

    def __init__(self, *visible: int) -> None:
        self.left = list(visible)

    def target_depth(self) -> Depth:
        return Depth(self.left.pop(0) if len(self.left) > 1 else self.left[0], 0)


def looks(step: Step, here: Work, times: int) -> list[str]:
    found, did = [], step.undo(here, {"producers": "aws"})
    for number in range(times):
        verdict = step.undone(replace(here, did=did, now=here.now + timedelta(seconds=15 * number)), {"producers": "aws"})
        found.append(type(verdict).__name__)
        did = verdict.remember or did if isinstance(verdict, Waiting) else did
    return found


def test_producers_come_back_and_azure_works_off_what_it_has() -> None:
    ladder = SmallLadder(Place(producers="azure"), slow=1)
    found = looks(HandOverQueues(), given(ladder, movers={"orders": Mover(3, 0, 1, 0)}), 6)
    assert ladder.at is not None
    assert ladder.at.producers == "aws"
    assert found == ["Waiting", "Waiting", "Waiting", "Waiting", "Waiting", "Done"]


def test_a_shadow_without_a_compared_read_proves_nothing() -> None:
    ladder, step = SmallLadder(Place(rung="shadow")), WatchShadow()
    did = step.do(given(ladder), {})
    assert isinstance(step.verify(given(ladder, after=60, did=did), {}), Waiting)
    ladder.alive = [replace(one, compared=5) for one in ladder.alive]
    assert isinstance(step.verify(given(ladder, after=5, did=did), {}), Waiting)
    verdict = step.verify(given(ladder, after=60, did=did), {})
    assert isinstance(verdict, Done)
    assert verdict.evidence["compared"] == 10


def test_a_read_that_differs_fails_the_shadow_and_names_the_key() -> None:
    ladder, step = SmallLadder(Place(rung="shadow")), WatchShadow()
    ladder.differing = [{"store": "orders", "key": "old", "aws": "", "azure": ""}]
    did = step.do(given(ladder), {})
    ladder.differing.append({"store": "orders", "key": "o-17", "aws": "1", "azure": "2"})
    verdict = step.verify(given(ladder, did=did), {})
    assert isinstance(verdict, Failed)
    assert "o-17" in verdict.message


class Counted:
    """An observer whose count is this, one reading after the other."""

    def __init__(self, *requests: int) -> None:
        self.left = list(requests)

    def traffic(self, _since: datetime) -> Traffic:
        return Traffic(self.left.pop(0) if len(self.left) > 1 else self.left[0], 0, None)


def test_the_source_is_quiet_once_its_count_has_not_grown_for_the_plans_time() -> None:
    step, ladder, seen, router = AwaitDeparture(), SmallLadder(), Counted(5, 5, 7, 7, 7), Following(100, 200)
    did = step.do(given(ladder, observers={"source": seen}), {})
    told = []
    for minutes in (4, 6, 8, 12):
        verdict = step.verify(given(ladder, after=minutes * 60.0, did=did, observers={"source": seen}, router=router), {})
        did = verdict.remember or did if isinstance(verdict, Waiting) else did
        told.append(type(verdict).__name__)
    assert told == ["Waiting", "Waiting", "Waiting", "Done"]


def test_a_person_may_say_that_the_last_clients_need_not_be_waited_for() -> None:
    step, seen = AwaitDeparture(), Counted(5, 6, 7)
    here = given(SmallLadder(), observers={"source": seen})
    did = step.do(here, {})
    assert isinstance(step.verify(replace(here, did=did), {}), Waiting)
    verdict = step.verify(replace(here, did=did, promoted={"by": "Lena Lead", "reason": "a robot", "at": ""}), {})
    assert isinstance(verdict, Done)
    assert verdict.evidence["promoted"]["by"] == "Lena Lead"
