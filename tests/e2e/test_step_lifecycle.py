"""The lifecycle that every step promises: done twice is done once, undone is as before, whatever was half done.

The lines of a runbook are walked in order; each is done and undone before it is done for good. One walk goes all the way back:
planned downtime, a target that a failback removes, messages that move. Another goes to the end: minimized downtime, as the
sample has it. Zero downtime needs clients: see test_zero_lifecycle.py.
"""

import os
from collections.abc import Iterator

import boto3
import pytest

from adapters.wiring import world_for
from local.stage import Ground, ground
from tests.e2e.lifecycle import PACKAGE_STAYS, go_on, lifecycle, way_back
from tests.e2e.memory import Line
from tests.e2e.walk import Walk
from tests.e2e.walks import lines, planned
from tests.e2e.whole_world import Json, changes, settled

pytestmark = [pytest.mark.e2e, pytest.mark.lifecycle, pytest.mark.timeout(300)]
PACE = {"POLL": "100ms", "QUEUE_SETTLE": "200ms", "BAKE": "1s", "DNS_SETTLE": "200ms", "SHARDS": "2"}
MESSAGES = ("first", "second", "third")
LEFT_IN_PLACE = "the plan does not say remove_on_failback"
MADE_STAYS = {
    "resources": LEFT_IN_PLACE,
    "app.exists": LEFT_IN_PLACE,
    "app.settings": f"{LEFT_IN_PLACE}; the template made them",
}
STAYS = {"back": {"deploy_code": PACKAGE_STAYS}, "forth": {"deploy_code": PACKAGE_STAYS, "deploy_infrastructure": MADE_STAYS}}
"""What a step may leave behind when it is undone, and why. Nothing else."""
BACK = [line for line in lines("back") if not line.final]
FORTH = lines("forth")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("lifecycle"), orders=12, pace=PACE) as started:
        yield started


@pytest.fixture(scope="module")
def walks(ready: Ground) -> dict[str, Walk]:
    plans = {name: planned(name, os.environ | ready.variables) for name in STAYS}
    return {name: Walk(plan, world_for(plan), f"life-{name}") for name, plan in plans.items()}


@pytest.fixture(scope="module")
def untouched(walks: dict[str, Walk]) -> Json:
    return settled(walks["back"].plan, walks["back"].world)


@pytest.mark.parametrize("line", BACK, ids=str)
def test_line_of_a_run_that_will_go_back(walks: dict[str, Walk], untouched: Json, ready: Ground, line: Line) -> None:
    walk = walks["back"]
    if line.name != "copy_state":
        lifecycle(walk, line, STAYS["back"])
        return
    go_on(walk)
    queue, sqs = ready.outputs["queue_url"], boto3.client("sqs")
    for text in MESSAGES:
        sqs.send_message(QueueUrl=queue, MessageBody=text)
    lifecycle(walk, line, STAYS["back"])
    mover = walk.world.movers["orders"]
    assert (mover.source_depth().empty, mover.target_depth().visible) == (True, len(MESSAGES))
    mover.to_source(5.0)  # they mean nothing to the workload: away with them before it works on Azure
    sqs.purge_queue(QueueUrl=queue)


def test_all_the_way_back_the_world_is_as_before(walks: dict[str, Walk], untouched: Json) -> None:
    walk = walks["back"]
    way_back(walk, BACK)
    assert changes(untouched, walk.plan, walk.world) == []


@pytest.mark.parametrize("line", FORTH, ids=str)
def test_line_of_a_run_that_migrates(walks: dict[str, Walk], line: Line) -> None:
    lifecycle(walks["forth"], line, STAYS["forth"])
