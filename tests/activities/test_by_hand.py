"""Break-glass over a real ledger: it undoes what a run began, once, in its order, and nobody else does so meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from activities import by_hand, context, way_back
from activities.blueprint import ACTIVITIES
from activities.by_hand import ByHand, Refused, preview
from activities.lifecycle import Attempt
from activities.registry import STEPS
from adapters.errors import AdapterError, Denied
from adapters.world import World
from ledger.errors import LedgerUnavailable, TakenOver
from ledger.ledger import Ledger
from ledger.runs import Run, Runs
from plan.model import Plan
from tests.activities.painting import Paint, Walls
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

OLD = {"north": "white", "south": "green"}
PERSON = "Lena Lead"


@dataclass
class Site(Walls):
    """Walls in a world whose AWS answers."""

    functions: Any = field(default_factory=lambda: SimpleNamespace(code_hash=lambda _name: "abc"))


class Roof(Paint):
    """A step after the walls."""

    owner = "qa"
    instruction = expected = validation = "Look at the roof."
    rollback = "The roof is taken down."
    break_glass = "Bring a ladder."
    estimate = Paint.estimate


@dataclass
class Scene:
    """A run of two steps, both done, whose orchestration is lost."""

    ledger: Ledger
    world: Site
    id: str
    workload: str
    told: list[dict[str, Any]] = field(default_factory=list)

    @property
    def run(self) -> Run:
        return self.ledger.runs.get(self.id)

    def session(self, by: str = PERSON) -> ByHand:
        return ByHand(self.ledger, self.run, by, self.told.append)

    def fail_back(self, *, force: bool = True, reason: str = "the agent is gone") -> dict[str, Any]:
        session = self.session()
        session.take(reason, force=force)
        return session.go_back()

    def agent_does(self, name: str, **asked: Any) -> dict[str, Any]:
        """What the host would run."""
        answer: dict[str, Any] = ACTIVITIES[name]({"run": self.id, **asked})
        return answer

    def states(self) -> list[str]:
        return [row.state for row in self.ledger.steps.all(self.id)]

    def said(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.ledger.events.of(self.id) if event["kind"] == kind]


def line(seq: int, name: str) -> dict[str, Any]:
    return {"seq": seq, "kind": "step", "name": name, "arguments": {}, "rollback": f"{name} is undone."}


@pytest.fixture
def scene(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(by_hand, "GRACE", 0.0)
    world = Site()
    monkeypatch.setattr(context, "world_for", lambda *_: world)
    plan = example().model_copy(update={"timing": example().timing.model_copy(update={"attempts": 2})})
    for step in (Paint, Roof):
        monkeypatch.setitem(STEPS, step.name, step)
    run = write(ledger, new_run(plan, [line(1, "paint"), line(2, "roof"), line(3, "paint")]))
    scene = Scene(ledger, world, run.run, run.workload)
    for seq, step in ((1, Paint), (2, Roof)):
        assert Attempt(ledger, cast(World, world), plan, run, seq, step()).do() == {"state": "done"}
    return scene


def trouble(error: BaseException, times: int = 1) -> Callable[[], None]:
    left = [error] * times

    def strike() -> None:
        if left:
            raise left.pop()

    return strike


def test_what_was_begun_is_undone_last_first_and_the_workload_is_free(scene: Scene) -> None:
    ended = scene.fail_back()
    assert ended == {"outcome": "failed-back", "why": "failed back by hand by Lena Lead (the agent is gone)"}
    assert scene.world.colours == OLD
    assert scene.states() == ["undone", "undone", "planned"]
    assert [one["line"] for one in scene.told if one["state"] == "undone"] == [2, 1]
    assert (scene.run.state, scene.run.ended is not None) == ("failed-back", True)
    assert scene.ledger.locks.holder(scene.workload) is None


def test_who_when_and_why_stand_in_the_events(scene: Scene) -> None:
    scene.fail_back()
    event = scene.said("break-glass")[0]
    assert (event["who"], event["detail"]["reason"], event["detail"]["force"]) == (PERSON, "the agent is gone", True)
    assert "by force" in event["text"]
    assert event["detail"]["before"]["state"] == "running"


def test_an_orchestration_that_may_live_is_not_robbed_without_force(scene: Scene) -> None:
    with pytest.raises(Refused, match="may be alive; its last sign of life was 20") as refused:
        scene.fail_back(force=False)
    assert "Abort it" in refused.value.mend
    assert (scene.states()[:2], scene.run.holder, scene.ledger.steps.way(scene.id)) == (["done", "done"], "", None)
    scene.ledger.runs.change(scene.workload, scene.id, state="needs-operator")
    assert scene.fail_back(force=False)["outcome"] == "failed-back", "a run that asks for a person has no orchestration"


def test_an_orchestration_that_lives_after_all_changes_nothing_more(scene: Scene) -> None:
    scene.session().take("the agent is gone", force=True)
    calls = list(scene.world.calls)
    answers = [scene.agent_does(name, seq=3, phase="do") for name in ("confirm_prerequisites",)]
    answers += [scene.agent_does("open_gate", seq=3, gate="cutover"), scene.agent_does("begin_failback", why="an abort")]
    answers += [scene.agent_does("finish_run"), scene.agent_does("end_failback", why="", blocked="")]
    assert {answer["error"]["code"] for answer in answers} == {"taken-over"}
    assert (scene.world.calls, scene.run.state, scene.states()[2]) == (calls, "running", "planned")


def test_a_session_that_was_killed_is_gone_on_with(scene: Scene) -> None:
    scene.world.trouble["undone"] = trouble(KeyboardInterrupt())  # ended in the middle: undone, but never recorded as such
    with pytest.raises(KeyboardInterrupt):
        scene.fail_back()
    assert scene.states() == ["done", "done", "planned"]
    assert scene.fail_back(force=False, reason="")["outcome"] == "failed-back"
    assert (scene.world.colours, scene.states()[:2]) == (OLD, ["undone", "undone"])


def test_of_two_sessions_the_later_one_goes_on(scene: Scene) -> None:
    first = scene.session("Mallory")
    first.take("mine", force=True)
    scene.world.trouble["undo"] = lambda: (
        scene.session().take("mine now", force=False) if scene.run.held_by == "Mallory" else None
    )
    with pytest.raises(TakenOver):
        first.go_back()
    assert scene.run.held_by == PERSON
    assert scene.fail_back(force=False)["outcome"] == "failed-back"


def test_an_undo_is_tried_again_and_one_that_fails_does_not_stop_the_others(scene: Scene) -> None:
    scene.world.trouble["undo"] = trouble(AdapterError("throttled", "slow down", "Wait."))
    assert scene.fail_back()["outcome"] == "failed-back"
    assert any(one["text"] == "another try after: slow down" for one in scene.told)


def test_with_clients_on_azure_a_silent_aws_is_waited_for(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.by_hand.time.sleep", lambda _seconds: None)
    monkeypatch.setattr(way_back, "TO_AZURE", {"roof"})
    silent = trouble(AdapterError("unreachable", "Lambda does not answer", ""), 2)
    monkeypatch.setattr(scene.world.functions, "code_hash", lambda _name: silent() or "abc")
    assert scene.fail_back()["outcome"] == "failed-back"
    assert next(one["text"] for one in scene.told if one["line"] is None).startswith("AWS: Lambda does not answer (since ")


def test_what_failed_is_undone_once_more_when_everything_else_is(scene: Scene) -> None:
    scene.world.trouble["undo"] = trouble(Denied("no ladder", "Bring one."), 2)
    assert scene.fail_back()["outcome"] == "failed-back"
    told = [(one["name"], one["state"]) for one in scene.told if one["state"] in {"undone", "undo-failed"}]
    assert told == [("roof", "undo-failed"), ("paint", "undone"), ("roof", "undone")]


def test_what_is_left_over_is_listed_and_the_next_session_brings_it_back(scene: Scene) -> None:
    scene.world.trouble["undo"] = trouble(Denied("no ladder", "Bring one."), 8)
    ended = scene.fail_back()
    assert (ended["outcome"], ended["why"]) == ("needs-operator", "paint: no ladder; roof: no ladder")
    assert scene.states()[:2] == ["undo-failed", "undo-failed"]
    assert scene.ledger.locks.holder(scene.workload) == scene.id
    assert scene.fail_back(force=False)["outcome"] == "failed-back"


def test_while_clients_cannot_be_taken_back_nothing_before_is_undone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way_back, "TO_AZURE", {"roof"})
    scene.world.trouble["undo"] = trouble(Denied("no ladder", "Bring one."), 2)
    first = scene.states()
    ended = scene.fail_back()
    assert (ended["outcome"], "roof: no ladder. Clients may be on the other side" in ended["why"]) == ("needs-operator", True)
    assert [state for state in scene.states() if state.startswith("undo")] == ["undo-failed"], first
    assert scene.fail_back(force=False)["outcome"] == "failed-back"


def test_parts_and_waits_are_carried_to_their_end(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.by_hand.time.sleep", lambda _seconds: None)
    scene.world.parts, scene.world.pieces, scene.world.wet = ("a", "b"), 3, 2
    scene.world.trouble["part b"] = trouble(AdapterError("unreachable", "no answer", ""))
    assert scene.fail_back()["outcome"] == "failed-back"
    assert scene.world.calls.count("part a") == 6, "two steps, three pieces each"
    assert any(one["text"] == "the paint to dry" for one in scene.told)


def test_a_silent_ledger_is_waited_for(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.by_hand.time.sleep", lambda _seconds: None)
    session, silent = scene.session(), [LedgerUnavailable("reading runs: no answer")] * 4
    session.take("the agent is gone", force=True)
    real = Runs.holder

    def patient(self: Runs, workload: str, run: str) -> str:
        if silent:
            raise silent.pop()
        return real(self, workload, run)

    monkeypatch.setattr(Runs, "holder", patient)
    assert session.go_back()["outcome"] == "failed-back"
    assert any("the ledger to answer" in one["text"] for one in scene.told)


def test_a_deed_that_returned_late_is_undone_too(scene: Scene) -> None:
    def late() -> None:
        if "undo" in scene.world.calls and scene.world.calls.count("undo") == 2:
            scene.world.colours["south"] = "blue"
            scene.ledger.steps.change(scene.id, 2, state="done")

    scene.world.trouble["undo"] = late
    assert scene.fail_back()["outcome"] == "failed-back"
    assert (scene.world.colours, scene.states()[:2]) == (OLD, ["undone", "undone"])


@pytest.mark.parametrize("halted", [True, False])
def test_after_finalize_it_is_refused_with_what_to_do_instead(scene: Scene, halted: bool) -> None:
    scene.ledger.steps.settle(scene.id, "on", "Petra Product")
    scene.ledger.runs.change(scene.workload, scene.id, state="needs-operator" if halted else "migrated")
    with pytest.raises(Refused, match="finalize was approved by Petra Product") as refused:
        scene.fail_back()
    assert "Stay on Azure" in refused.value.mend
    assert (scene.states()[:2], scene.run.holder) == (["done", "done"], "")


def test_a_workload_that_belongs_to_another_run_is_left_alone(scene: Scene) -> None:
    scene.ledger.locks.release(scene.workload, scene.id)
    scene.ledger.locks.take(scene.workload, "another")
    with pytest.raises(Refused, match="belongs to run another"):
        scene.fail_back()


def test_a_preview_says_what_would_be_done_and_changes_nothing(scene: Scene) -> None:
    scene.ledger.steps.change(scene.id, 3, state="running", started="2026-11-23T02:00:00+00:00")
    before = (scene.ledger.steps.all(scene.id), scene.ledger.events.of(scene.id), list(scene.world.calls), scene.run)
    found = preview(scene.ledger, scene.run)
    assert [(one["seq"], one["does"], one["by_hand"]) for one in found["lines"]] == [
        (3, "Nothing: it began, but it had not acted yet.", "As in a run."),
        (2, "roof is undone.", "Bring a ladder."),
        (1, "paint is undone.", "As in a run."),
    ]
    assert found["lines"][2]["restores"] == OLD
    assert (found["needs_force"], found["refused"]) == (True, None)
    assert (scene.ledger.steps.all(scene.id), scene.ledger.events.of(scene.id), scene.world.calls, scene.run) == before


def test_who_works_by_hand_signs_in_as_the_machine_does(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    roles: list[str | None] = []

    def world_for(plan: Plan, *_: str) -> Any:
        roles.append(plan.source.role_arn)
        return scene.world

    monkeypatch.setattr(context, "world_for", world_for)
    named = scene.run.plan | {"source": scene.run.plan["source"] | {"role_arn": "arn:aws:iam::123456789012:role/dayzero"}}
    monkeypatch.setattr(context, "started", lambda _run: (scene.run, Plan.model_validate(named)))
    scene.fail_back()
    assert set(roles) == {None}
