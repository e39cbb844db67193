"""The lifecycle of every line of zero downtime, while clients go on: they are judged by, watched, and never refused.

Each line is done twice, undone twice, undone from every half. From the bake the whole way goes back, and AWS has all that
clients were promised. Then the same workload migrates: what lies past the point of no return is done twice, never undone.
"""

import os
from collections.abc import Iterator

import boto3
import pytest

from activities.source_state import fingerprint, source_state
from adapters.wiring import world_for
from local.demo import warm_up
from local.stage import Ground, ground
from local.traffic.generator import Traffic
from tests.e2e import proofs
from tests.e2e.lifecycle import PACKAGE_STAYS, go_on, lifecycle, way_back
from tests.e2e.memory import Line
from tests.e2e.walk import Walk
from tests.e2e.walks import lines, planned
from tests.e2e.whole_world import Json, changes, settled

pytestmark = [pytest.mark.e2e, pytest.mark.lifecycle, pytest.mark.timeout(600)]
PACE = {
    **{"POLL": "100ms", "QUEUE_SETTLE": "200ms", "DNS_SETTLE": "200ms", "SYNC": "1s", "SHARDS": "2", "BAKE": "1s"},
    **{"RAMP_BAKE": "2s", "WATCH": "1s", "QUIET": "1s", "FIRING_MARGIN": "10s"},
}
RATE = 6.0
LONGEST = 3600.0
WRITTEN = ("stores.orders.source", "stores.receipts.source")
CLIENTS = (*WRITTEN, "queues")
"""What clients change all the time. That nothing of it is lost, doubled or stale is their own books' to say."""
COPY = ("stores.orders.target", "stores.receipts.target")
"""What follows the clients, once there is a copy."""
STAYS = {"deploy_code": PACKAGE_STAYS}
ZERO = lines("zero")
REVERSIBLE = [line for line in ZERO if not line.final]
SECRET = "orders/signing-key"


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("zero-lifecycle"), orders=24, pace=PACE) as started:
        warm_up(started)
        yield started


@pytest.fixture(scope="module")
def walk(ready: Ground) -> Walk:
    plan = planned("zero", os.environ | ready.variables)
    return Walk(plan, world_for(plan), "life-zero", moving=CLIENTS)


@pytest.fixture(scope="module")
def untouched(walk: Walk) -> Json:
    return settled(walk.plan, walk.world)


@pytest.fixture(scope="module")
def clients(ready: Ground, untouched: Json) -> Iterator[Traffic]:
    traffic = Traffic(ready.edge_url, rate=RATE, ramp=2.0, max_seconds=LONGEST)
    traffic.adopt(ready.seeded)
    with traffic:
        yield traffic


@pytest.mark.parametrize("line", REVERSIBLE, ids=str)
def test_line_of_zero_downtime(walk: Walk, clients: Traffic, line: Line) -> None:
    if line.name == "refresh_secrets":
        rotate()
    lifecycle(walk, line, STAYS, grows=COPY)
    if line.name == "backup_state":  # so far, undoing takes all of the copy away; later lines only add to it
        walk.moving = (*CLIENTS, *COPY)
    if line.name == "refresh_secrets":
        assert walk.record.evidence(line.name)["rotated"] == [SECRET]
    assert clients.requests()["failed"] == 0


def test_all_the_way_back_the_world_is_as_before_and_aws_has_every_order(
    ready: Ground, walk: Walk, untouched: Json, clients: Traffic
) -> None:
    go_on(walk)
    assert clients.requests()["served_by"]["azure"]["good"] > 0
    assert (walk.world.ladder.repairs(), walk.world.ladder.differences()) == (0, [])
    way_back(walk, REVERSIBLE)
    proofs.orders_are_kept(clients, ready.variables["SOURCE_URL"])
    assert clients.requests()["failed"] == 0
    assert changes(untouched, walk.plan, walk.world, WRITTEN) == []
    assert fingerprint(source_state(walk.plan, walk.world)) == fingerprint(untouched["source"])


def test_what_went_back_migrates_and_the_last_lines_done_twice_are_done_once(ready: Ground, walk: Walk) -> None:
    go_on(walk)
    again = Walk(walk.plan, walk.world, "life-again", moving=(*CLIENTS, *COPY))
    with Traffic(ready.edge_url, rate=RATE, ramp=2.0, max_seconds=LONGEST) as traffic:
        for line in REVERSIBLE:
            again.begin(line)
            again.do(line)
        for line in ZERO[len(REVERSIBLE) :]:
            lifecycle(again, line, STAYS)
        proofs.orders_are_kept(traffic, ready.variables["TARGET_BASE_URL"])
    assert traffic.requests()["failed"] == 0


def rotate() -> None:
    """A new version of the workload's secret, as a rotation makes one; its value is the old one, as both sides serve."""
    secrets = boto3.client("secretsmanager")
    secrets.put_secret_value(SecretId=SECRET, SecretString=secrets.get_secret_value(SecretId=SECRET)["SecretString"])
