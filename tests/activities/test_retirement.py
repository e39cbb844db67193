"""Retiring a source on emulated AWS: too early, by the wrong person, another list than was seen, and done."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from activities import context
from adapters.aws.functions import LambdaFunctions
from adapters.aws.mappings import LambdaMappings
from adapters.aws.retirement import LambdaRetirement
from adapters.aws.schedules import EventBridgeRules
from adapters.errors import AdapterError, NotFound
from cli.main import app
from ledger.errors import LedgerUnavailable
from ledger.events import Events
from ledger.ledger import Ledger
from ledger.runs import Run
from tests.adapters.aws_resources import Aws
from tests.ledger.rows import new_run, write
from tests.plan.plans import example


@dataclass
class World:
    """The ports that a retirement uses, on emulated AWS; all clients are on Azure."""

    functions: LambdaFunctions
    mappings: LambdaMappings
    schedules: EventBridgeRules
    retirement: LambdaRetirement

    @property
    def router(self) -> Any:
        return type("Router", (), {"weight": staticmethod(lambda: 100)})


@dataclass
class Scene:
    """A run that migrated two months ago, and its dormant source."""

    ledger: Ledger
    run: Run
    function: str
    rule: str
    uuid: str

    def dayzero(self, *words: str, by: str = "Petra Product") -> Result:
        return CliRunner().invoke(app, ["retire", self.run.run, *words], env={"DAYZERO_BY": by, "COLUMNS": "200"})

    def shown(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.dayzero("--json").output)
        return found


@pytest.fixture
def scene(ledger: Ledger, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Scene:
    session, (queue, _), function = aws.session, aws.queue(), aws.function()
    world = World(LambdaFunctions(session), LambdaMappings(session), EventBridgeRules(session), LambdaRetirement(session))
    monkeypatch.setattr(context, "world_for", lambda *_: world)
    rule, uuid = aws.rule(function), aws.mapping(function, queue)
    world.schedules.set_enabled(rule, False)
    world.functions.set_concurrency(function, 0)
    world.mappings.set_enabled(uuid, False)
    plan = example()
    nightly = next(one for one in plan.source.functions if any(trigger.type == "schedule" for trigger in one.triggers))
    trigger = nightly.triggers[0].model_copy(update={"rule": rule})
    source = plan.source.model_copy(
        update={"functions": [nightly.model_copy(update={"name": function, "triggers": [trigger]})]}
    )
    run = write(ledger, new_run(plan.model_copy(update={"source": source})))
    ledger.runs.change(run.workload, run.run, state="migrated", ended=(datetime.now(UTC) - timedelta(days=60)).isoformat())
    ledger.locks.release(run.workload, run.run)
    return Scene(ledger, run, function, rule, uuid)


def untouched(scene: Scene, aws: Aws) -> bool:
    LambdaFunctions(aws.session).code_hash(scene.function)
    return [one["uuid"] for one in LambdaMappings(aws.session).snapshot(scene.function)] == [scene.uuid]


def test_it_is_shown_approved_done_and_recorded(scene: Scene, aws: Aws) -> None:
    shown = scene.shown()
    assert shown["deletes"] == {"mappings": [scene.uuid], "rules": [scene.rule], "functions": [scene.function]}
    assert "orders" in shown["kept"]
    assert shown["refused"] is None
    assert shown["digest"] in scene.dayzero().output
    assert untouched(scene, aws), "looking deletes nothing"
    done = scene.dayzero("--approve", shown["digest"], "--reason", "a quiet month")
    assert done.exit_code == 0, done.output
    assert f"function {scene.function} is deleted" in done.output
    with pytest.raises(NotFound):
        LambdaFunctions(aws.session).code_hash(scene.function)
    with pytest.raises(NotFound):
        EventBridgeRules(aws.session).enabled(scene.rule)
    approval, retired = scene.ledger.events.of(scene.run.run)[-2:]
    assert (approval["who"], approval["kind"], approval["detail"]["deletes"]) == ("Petra Product", "decision", shown["deletes"])
    assert retired["kind"] == "retired"
    assert scene.shown()["deletes"] == {"mappings": [], "rules": [], "functions": []}


def test_before_the_retention_is_over_nothing_is_deleted(scene: Scene, aws: Aws) -> None:
    digest = scene.shown()["digest"]
    scene.ledger.runs.change(scene.run.workload, scene.run.run, ended=(datetime.now(UTC) - timedelta(days=29)).isoformat())
    refused = scene.dayzero("--approve", digest)
    assert refused.exit_code == 1
    assert "The source is kept until" in refused.output
    assert untouched(scene, aws)


@pytest.mark.parametrize(
    ("by", "digest", "says"), [("Mallory", None, "may not approve"), ("Petra Product", "0" * 64, "not what was approved")]
)
def test_only_an_approver_of_what_is_shown_may(scene: Scene, aws: Aws, by: str, digest: str | None, says: str) -> None:
    refused = scene.dayzero("--approve", digest or scene.shown()["digest"], by=by)
    assert refused.exit_code == 1
    assert says in refused.output
    assert untouched(scene, aws)


def test_a_source_that_is_in_use_again_is_left_alone(scene: Scene, aws: Aws) -> None:
    LambdaFunctions(aws.session).set_concurrency(scene.function, None)
    assert "not dormant" in scene.shown()["refused"]
    scene.ledger.runs.change(scene.run.workload, scene.run.run, state="failed-back")
    assert "is failed-back" in scene.shown()["refused"]
    scene.ledger.runs.change(scene.run.workload, scene.run.run, state="migrated")
    scene.ledger.locks.take(scene.run.workload, "another")
    assert "Run another" in scene.shown()["refused"]
    scene.ledger.locks.release(scene.run.workload, "another")


def breaking(error: Exception) -> Callable[..., None]:
    def deed(*_: object) -> None:
        raise error

    return deed


def test_one_that_ended_in_the_middle_goes_on_with_the_same_approval(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    digest, whole = scene.shown()["digest"], scene.shown()["deletes"]
    for deed, left in (("remove_rule", ("rules", "functions")), ("remove_function", ("functions",))):
        with monkeypatch.context() as patch:
            patch.setattr(LambdaRetirement, deed, breaking(AdapterError("unreachable", "AWS is away")))
            ended = scene.dayzero("--approve", digest, "--reason", "a quiet month")
        assert ended.exit_code == 1
        shown = scene.shown()
        assert (shown["digest"], shown["deletes"], shown["refused"]) == (digest, whole, None)
        assert {kind for kind, names in shown["left"].items() if names} == set(left)
        assert shown["interrupted"]["who"] == "Petra Product"
        assert "ended in the middle" in scene.dayzero().output
    assert scene.dayzero("--approve", digest, by="Mallory").exit_code == 1, "whoever goes on must be an approver, too"
    assert scene.dayzero("--approve", digest).exit_code == 0
    retired = scene.ledger.events.of(scene.run.run)[-1]
    assert (retired["kind"], retired["detail"]) == ("retired", whole)
    assert scene.shown()["interrupted"] is None


def test_one_whose_end_was_not_recorded_is_recorded_when_it_is_called_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = scene.shown()["digest"]
    with monkeypatch.context() as patch:
        append, silent = Events.append, breaking(LedgerUnavailable("writing events: no answer"))
        patch.setattr(Events, "append", lambda *a, **more: silent() if "retired" in a else append(*a, **more))
        assert scene.dayzero("--approve", digest).exit_code != 0
    assert scene.shown()["digest"] == digest
    assert scene.dayzero("--approve", digest).exit_code == 0
    assert scene.ledger.events.of(scene.run.run)[-1]["kind"] == "retired"


def test_what_came_since_an_approval_is_not_covered_by_it(scene: Scene, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    digest, (queue, _) = scene.shown()["digest"], aws.queue()
    with monkeypatch.context() as patch:
        patch.setattr(LambdaRetirement, "remove_rule", breaking(AdapterError("unreachable", "AWS is away")))
        scene.dayzero("--approve", digest)
    LambdaMappings(aws.session).set_enabled(aws.mapping(scene.function, queue), False)
    shown = scene.shown()
    assert (shown["interrupted"], shown["digest"] == digest) == (None, False)
    assert "not what was approved" in scene.dayzero("--approve", digest).output
