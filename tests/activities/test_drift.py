"""Drift: a gate compares the source with how the run left it, and says what somebody changed by hand meanwhile."""

import copy
import inspect
import re
from types import SimpleNamespace
from typing import Any, cast

import pytest

from activities import context, gates
from activities.drift import ACT
from activities.lifecycle import Attempt
from activities.registry import STEPS
from activities.step import Done, Step
from adapters.errors import AdapterError
from adapters.records import Json
from adapters.world import World
from ledger.ledger import Ledger
from tests.activities.acts_stage import Stage
from tests.plan.plans import VARIABLES, example

PLAN = example()
FUNCTIONS = [function.name for function in PLAN.source.functions]
MAPPING = {"uuid": "m-1", "enabled": True, "state": "Enabled", "settings": {"BatchSize": 10}}
RECORDS = [{"SetIdentifier": name, "Weight": weight, "TTL": 60} for name, weight in (("aws", 100), ("azure", 0))]


class Aws:
    """A source whose whole state a test may change; `reads` counts how often each part is read."""

    def __init__(self) -> None:
        self.state: Json = {
            "functions": {name: {"code_sha256": "abc", "reserved_concurrency": None} for name in FUNCTIONS},
            "mappings": {name: [dict(MAPPING)] if name == "orders-worker" else [] for name in FUNCTIONS},
            "schedules": {"orders-nightly": {"expression": "rate(1 day)", "enabled": True}},
            "front_doors": {"a1b2c3": {"routes": [{"RouteId": "r1", "Target": "integrations/i1"}]}},
            "buckets": {},
            "router": {"ttl": 60, "records": copy.deepcopy(RECORDS)},
        }
        self.replication = {"stream": False}
        self.trouble: dict[str, AdapterError] = {}
        """What goes wrong, by the act that reads."""
        self.reads: list[str] = []

    def world(self, act: str) -> World:
        def reader(part: str) -> Any:
            def snapshot(*name: str) -> Any:
                if act in self.trouble:
                    raise self.trouble[act]
                self.reads.append(part)
                found = self.replication if part == "replication" else self.state[part]
                return copy.deepcopy(found[name[0]] if name else found)

            return SimpleNamespace(snapshot=snapshot)

        ports = {"front_door": "front_doors", "bucket_events": "buckets"}
        names = ("functions", "mappings", "schedules", "front_door", "bucket_events", "router")
        found = {name: reader(ports.get(name, name)) for name in names}
        return cast(World, SimpleNamespace(**found, replications={"orders": reader("replication")}, stores={}, secrets=None))


class Scene:
    """A run in the ledger whose steps change that source."""

    def __init__(self, ledger: Ledger, strategy: str) -> None:
        self.plan = example(variables=VARIABLES | {"STRATEGY": strategy})
        self.aws, self.stage = Aws(), Stage(ledger, self.plan)
        self.ledger, self.run = ledger, self.stage.planned

    def done(self, name: str, change: Any = lambda _state: None) -> None:
        """One step of the run, which changes the source so."""
        real = STEPS[name]()

        def snapshot(*_: Any) -> Json:
            return self.aws.state | {"replication": {"orders": self.aws.replication}} if name == "snapshot_source" else {}

        def do(*_: Any) -> Json:
            change(self.aws.state)
            return {}

        said = {"snapshot": snapshot, "do": do, "verify": lambda *_: Done(), "touches": real.touches, "name": name}
        step = cast(Step, SimpleNamespace(**said, parts=lambda *_: [], promotable=False))
        attempt = Attempt(self.ledger, self.aws.world(name), self.plan, self.run, self.stage.seq(name), step)
        assert attempt.do() == {"state": "done"}

    def asked(self, gate: str) -> str:
        """What a gate waits for."""
        found = self.stage.open(gate)
        row = self.ledger.steps.get(self.run.run, self.stage.seq(gate))
        assert found["state"] in {"open", "held"}
        return str(row.waiting_for)


@pytest.fixture
def scene(ledger: Ledger, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Scene:
    scene = Scene(ledger, getattr(request, "param", "planned-downtime"))
    monkeypatch.setattr(context, "world_for", lambda _plan, _run="", step="", *_: scene.aws.world(step))
    monkeypatch.setattr(gates, "stakes", lambda *_: {})
    monkeypatch.setattr(gates, "rotated", lambda *_: "")
    scene.done("snapshot_source")
    return scene


def quiesced(state: Json) -> None:
    state["front_doors"]["a1b2c3"]["routes"][0]["Target"] = "integrations/maintenance"
    state["schedules"]["orders-nightly"]["enabled"] = False


def stopped(state: Json) -> None:
    state["mappings"]["orders-worker"][0] |= {"enabled": False, "state": "Disabled"}
    for function in state["functions"].values():
        function["reserved_concurrency"] = 0


def switched(state: Json) -> None:
    state["router"]["records"][0]["Weight"], state["router"]["records"][1]["Weight"] = 0, 100


def mapping(scene: Scene) -> Json:
    return cast(Json, scene.aws.state["mappings"]["orders-worker"][0])


def test_what_the_run_itself_changed_is_no_drift(scene: Scene) -> None:
    assert scene.asked("open-window") == "approval of open-window"
    scene.done("quiesce_source", quiesced)
    scene.done("stop_consumers", stopped)
    assert scene.asked("cutover") == "approval of cutover"
    scene.done("switch_traffic", switched)
    assert scene.asked("finalize") == "approval of finalize"


def test_a_mapping_that_somebody_enables_holds_the_gate_until_it_is_disabled_again(scene: Scene) -> None:
    scene.done("stop_consumers", stopped)
    assert scene.asked("cutover") == "approval of cutover"
    scene.ledger.steps.decide(scene.run.run, scene.stage.seq("cutover"), {"decision": "approve", "by": "Lena", "reason": ""})
    mapping(scene)["enabled"] = True
    told = "the source to be as the run left it; it drifted: mappings.orders-worker.m-1.enabled: False -> True"
    assert scene.asked("cutover") == told
    assert scene.stage.run.why == told
    assert scene.stage.events("gate")[-1] == f"Gate cutover waits for {told}."
    mapping(scene)["enabled"] = False
    assert scene.stage.open("cutover")["state"] == "approved"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda s: s["schedules"]["orders-nightly"].update(enabled=True), "schedules.orders-nightly.enabled: False -> True"),
        (
            lambda s: s["functions"]["orders-api"].update(reserved_concurrency=7),
            "functions.orders-api.reserved_concurrency: 0 -> 7",
        ),
        (lambda s: s["functions"]["orders-api"].update(code_sha256="xyz"), "functions.orders-api.code_sha256: 'abc' -> 'xyz'"),
        (lambda s: s["router"]["records"][1].update(Weight=50), "router.records.azure.Weight: 0 -> 50"),
        (
            lambda s: s["front_doors"]["a1b2c3"]["routes"][0].update(Target="integrations/i1"),
            "front_doors.a1b2c3.routes.r1.Target: 'integrations/maintenance' -> 'integrations/i1'",
        ),
        (lambda s: s["mappings"]["orders-worker"].clear(), "mappings.orders-worker.m-1: {"),
    ],
)
def test_each_setting_is_named(scene: Scene, change: Any, told: str) -> None:
    scene.done("quiesce_source", quiesced)
    scene.done("stop_consumers", stopped)
    change(scene.aws.state)
    assert told in scene.asked("cutover")


def test_a_stream_that_somebody_switches_off_is_named(scene: Scene) -> None:
    scene.aws.replication["stream"] = True
    assert "replication.orders.stream: False -> True" in scene.asked("open-window")


def test_a_change_by_hand_is_not_taken_for_a_later_steps_own(scene: Scene) -> None:
    scene.done("stop_consumers", stopped)
    mapping(scene)["enabled"] = True
    scene.done("switch_traffic", switched)
    assert "mappings.orders-worker.m-1.enabled: False -> True" in scene.asked("finalize")


def test_a_mapping_on_its_way_and_a_step_that_reads_holds_nobody_up(scene: Scene) -> None:
    scene.done("stop_consumers", stopped)
    mapping(scene)["state"] = "Disabling"
    assert scene.asked("cutover") == "approval of cutover"


def test_a_step_reads_what_it_touches_only(scene: Scene) -> None:
    scene.aws.reads.clear()
    scene.done("switch_traffic", switched)
    scene.done("verify_state")
    assert scene.aws.reads == ["router"]


def test_a_source_that_is_silent_after_a_step_fails_nothing_and_is_taken_as_it_is_found(scene: Scene) -> None:
    scene.aws.trouble[ACT] = AdapterError("unreachable", "Lambda does not answer")
    scene.done("stop_consumers", stopped)
    scene.aws.trouble.clear()
    assert scene.asked("cutover") == "approval of cutover"
    mapping(scene)["enabled"] = True
    assert "m-1.enabled: False -> True" in scene.asked("cutover")


def test_a_source_that_does_not_answer_holds_the_gate(scene: Scene) -> None:
    scene.aws.trouble["open_gate"] = AdapterError("throttled", "Lambda is busy")
    assert scene.asked("cutover") == "the source to answer (Lambda is busy)"


def test_of_a_run_that_an_earlier_version_began_the_code_alone_is_known(scene: Scene) -> None:
    scene.stage.has_begun("stop_consumers")
    stopped(scene.aws.state)
    assert scene.asked("cutover") == "approval of cutover"
    scene.done("switch_traffic", switched)
    assert scene.asked("finalize") == "approval of finalize"


@pytest.mark.parametrize("scene", ["zero-downtime"], indirect=True)
def test_without_downtime_the_last_gate_looks_at_what_routes_clients(scene: Scene) -> None:
    scene.done("shift_traffic", switched)
    assert scene.asked("finalize") == "approval of finalize"
    scene.aws.state["router"]["records"][0]["Weight"] = 50
    assert "router.records.aws.Weight: 0 -> 50" in scene.asked("finalize")


CHANGES_AWS = re.compile(
    r"\b(functions\.set_concurrency|mappings\.set_enabled|schedules\.set_enabled|front_door\.to_maintenance|bucket_events\.detach"
    r"|router\.set_weight|replication\.(begin|restore)|return send)\("
)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_that_changes_aws_says_what_it_touches(name: str) -> None:
    step = STEPS[name]
    deeds = [inspect.getsource(deed) for deed in (step.do, step.verify)]
    assert bool(step().touches(PLAN)) == any(map(CHANGES_AWS.search, deeds)), "a gate would be held by what the run did itself"


def test_a_source_that_was_changed_all_over_is_told_in_short(scene: Scene) -> None:
    for name in range(30):
        scene.aws.state["router"][f"other-{name}"] = "x" * 1000
    told = scene.asked("cutover")
    assert told.endswith("; and 10 more")
    assert len(told) < 8000
