"""The lifecycle that every step promises: done twice is done once, undone is as before, whatever was half done.

The steps of a runbook are walked in order; each is done and undone before it is done for good. One walk goes all the way back:
planned downtime, a target that a failback removes, messages that move. Another goes to the end: minimized downtime, as the
sample has it. Both together walk every step that there is.
"""

import os
from collections.abc import Iterator

import boto3
import pytest

from activities.registry import STEPS
from adapters.wiring import world_for
from local.processes import ROOT
from local.stage import Ground, ground
from manual.recorder import record
from plan.load import load_plan
from plan.model import Plan
from tests.e2e.walk import Walk
from tests.e2e.whole_world import Json, changes, settled
from tests.plan.plans import VARIABLES, example

pytestmark = [pytest.mark.e2e, pytest.mark.lifecycle, pytest.mark.timeout(300)]
FINAL = ("stop_replication", "retire_source", "evaluate")
"""Past the point of no return: done, never undone."""
PACE = {"POLL": "100ms", "QUEUE_SETTLE": "200ms", "BAKE": "1s", "DNS_SETTLE": "200ms", "SHARDS": "2"}
MESSAGES = ("first", "second", "third")
LEFT_IN_PLACE = "the plan does not say remove_on_failback"
PACKAGE_STAYS = {
    "package": "Azure cannot take a package off an app",
    "app.running": "so an app without an earlier package is stopped",
    "app.settings.DAYZERO_PACKAGE": "it names the package that is still there",
    "app.functions": "Azure lists what is in the package, also for an app that is stopped",
}
MADE_STAYS = {
    "resources": LEFT_IN_PLACE,
    "app.exists": LEFT_IN_PLACE,
    "app.settings": f"{LEFT_IN_PLACE}; the template made them",
}
STAYS = {"back": {"deploy_code": PACKAGE_STAYS}, "forth": {"deploy_code": PACKAGE_STAYS, "deploy_infrastructure": MADE_STAYS}}
"""What a step may leave behind when it is undone, and why. Nothing else."""

DONE_AGAIN = {"deploy_infrastructure": {"app.running": "a template does not start an app that is stopped; deploy_code does"}}
"""What may differ between a step done first and one that is done after it was undone."""


def runbook(strategy: str) -> list[str]:
    """Its steps, each once."""
    lines = record(example(variables=VARIABLES | {"STRATEGY": strategy}))
    return list(dict.fromkeys(line["name"] for line in lines if line["kind"] == "step"))


STRATEGIES = {"back": "planned-downtime", "forth": "minimized-downtime"}
BACK = [name for name in runbook(STRATEGIES["back"]) if name not in FINAL]
FORTH = runbook(STRATEGIES["forth"])


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("lifecycle"), orders=12, pace=PACE) as started:
        yield started


@pytest.fixture(scope="module")
def walks(ready: Ground) -> dict[str, Walk]:
    plans = {variant: planned(ready, variant) for variant in STAYS}
    return {variant: Walk(plan, world_for(plan), f"life-{variant}") for variant, plan in plans.items()}


@pytest.fixture(scope="module")
def untouched(walks: dict[str, Walk]) -> Json:
    return settled(walks["back"].plan, walks["back"].world)


def planned(ready: Ground, variant: str) -> Plan:
    text = (ROOT / "examples" / "orders" / "plan.yaml").read_text()
    if variant == "back":
        text = text.replace("  infrastructure:\n", "  infrastructure:\n    remove_on_failback: true\n")
        text = text.replace("leftover: drain", "leftover: move")
    return load_plan(text, "plan.yaml", os.environ | ready.variables | {"STRATEGY": STRATEGIES[variant]})


@pytest.mark.parametrize("name", BACK)
def test_step_of_a_run_that_will_go_back(walks: dict[str, Walk], untouched: Json, ready: Ground, name: str) -> None:
    walk = walks["back"]
    if name != "copy_state":
        lifecycle(walk, name, STAYS["back"])
        return
    go_on(walk)
    queue, sqs = ready.outputs["queue_url"], boto3.client("sqs")
    for text in MESSAGES:
        sqs.send_message(QueueUrl=queue, MessageBody=text)
    lifecycle(walk, name, STAYS["back"])
    mover = walk.world.movers["orders"]
    assert (mover.source_depth().empty, mover.target_depth().visible) == (True, len(MESSAGES))
    mover.to_source(5.0)  # they mean nothing to the workload: away with them before it works on Azure
    sqs.purge_queue(QueueUrl=queue)


def test_all_the_way_back_the_world_is_as_before(walks: dict[str, Walk], untouched: Json) -> None:
    walk = walks["back"]
    go_on(walk)
    for name in reversed(BACK):
        walk.undo(name)
    assert changes(untouched, walk.plan, walk.world) == []


@pytest.mark.parametrize("name", FORTH)
def test_step_of_a_run_that_migrates(walks: dict[str, Walk], name: str) -> None:
    lifecycle(walks["forth"], name, STAYS["forth"])


def test_every_step_was_walked() -> None:
    assert set(BACK) | set(FORTH) == set(STEPS)


def go_on(walk: Walk) -> None:
    """Skip what follows a step that broke off: the world is not what it needs."""
    if walk.lost:
        pytest.skip(f"the walk ended at {walk.lost}")


def lifecycle(walk: Walk, name: str, stays: dict[str, dict[str, str]]) -> None:
    """Everything that one step promises; at the end it is done."""
    go_on(walk)
    walk.lost = name
    start = settled(walk.plan, walk.world)
    may_stay = tuple(stays.get(name, {}))
    walk.begin(name)
    assert changes(start, walk.plan, walk.world) == [], "a snapshot changes nothing"
    walk.do(name)
    done = settled(walk.plan, walk.world)
    walk.do(name)
    assert changes(done, walk.plan, walk.world) == [], "done twice is done once"
    if name not in FINAL:
        for times in ("once", "twice"):
            walk.undo(name)
            assert changes(start, walk.plan, walk.world, may_stay) == [], f"undone {times} is as before"
        undo_from_everywhere(walk, name, start, may_stay)
        walk.another_run()
        walk.do(name)
        may_differ = tuple(DONE_AGAIN.get(name, {}))
        assert changes(done, walk.plan, walk.world, may_differ) == [], "done after all is done"
    walk.lost = ""


def undo_from_everywhere(walk: Walk, name: str, start: Json, may_stay: tuple[str, ...]) -> None:
    """Half done: cut off after the first change, after the second, and so on, and undone each time."""
    cut, broke = 0, True
    while broke:
        cut += 1
        walk.another_run()
        broke = walk.do_half(name, cut)
        walk.undo(name)
        assert changes(start, walk.plan, walk.world, may_stay) == [], f"undone after {cut} changes"
