"""A host killed with SIGKILL loses no orchestration, timer, event or dispatched activity."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.hosting import RunningHost, eventually, running_host


@pytest.fixture
def host(tmp_path: Path) -> Iterator[RunningHost]:
    with running_host("durable", tmp_path) as running:
        yield running


def kill_and_restart(host: RunningHost) -> None:
    host.child.kill()
    host.start()


def test_killed_in_the_middle_of_an_activity(host: RunningHost) -> None:
    links = host.begin("slow_once", {"n": 7, "seconds": 1.0})
    eventually(lambda: host.noted() == ["begin 7"])
    kill_and_restart(host)
    assert host.ended(links)["output"] == 7
    assert host.noted() == ["begin 7", "begin 7", "end 7"]


def test_killed_in_the_middle_of_a_timer(host: RunningHost) -> None:
    began = time.monotonic()
    links = host.begin("nap", {"seconds": 10})
    eventually(lambda: host.status(links, showHistory="true")["historyEvents"][-1]["EventType"] == "TimerCreated")
    kill_and_restart(host)
    assert host.status(links)["runtimeStatus"] == "Running"
    assert host.ended(links)["output"] == "rested"
    assert time.monotonic() - began >= 10


def test_a_timer_that_was_due_while_nobody_ran_fires_at_once(host: RunningHost) -> None:
    links = host.begin("nap", {"seconds": 1})
    eventually(lambda: host.status(links, showHistory="true")["historyEvents"][-1]["EventType"] == "TimerCreated")
    host.child.kill()
    time.sleep(1)  # the timer's time passes: nothing to look at, as no host runs
    host.start()
    assert host.ended(links, within=2)["output"] == "rested"


def test_killed_while_waiting_for_an_external_event(host: RunningHost) -> None:
    waiting, told = host.begin("approval"), host.begin("approval")
    eventually(lambda: host.status(told)["customStatus"] == {"phase": "waiting"})
    answer = host.call("POST", told["sendEventPostUri"].replace("{eventName}", "Approval"), key=None, json={"by": "told"})
    assert answer.status_code == 202
    kill_and_restart(host)
    assert host.ended(told)["output"] == {"approved": {"by": "told"}}
    path = f"/runtime/webhooks/durabletask/instances/{waiting['id']}/raiseEvent/Approval"
    assert host.call("POST", path, json={"by": "after"}).status_code == 202
    assert host.ended(waiting)["output"] == {"approved": {"by": "after"}}


def test_killed_with_an_event_delivered_and_not_yet_processed(host: RunningHost) -> None:
    links = host.begin("approval")
    one = f"/runtime/webhooks/durabletask/instances/{links['id']}"
    host.call("POST", f"{one}/suspend")
    eventually(lambda: host.status(links)["runtimeStatus"] == "Suspended")
    host.call("POST", f"{one}/raiseEvent/Approval", json={"by": "early"})
    kill_and_restart(host)
    assert host.status(links)["runtimeStatus"] == "Suspended"
    host.call("POST", f"{one}/resume")
    assert host.ended(links)["output"] == {"approved": {"by": "early"}}


def test_killed_in_the_middle_of_a_fan_out_of_sub_orchestrations(host: RunningHost) -> None:
    links = host.begin("family", {"children": 12, "seconds": 0.2})
    eventually(lambda: any(line.startswith("end") for line in host.noted()))
    kill_and_restart(host)
    assert host.ended(links)["output"] == list(range(12))


def test_killed_again_and_again(host: RunningHost) -> None:
    links = host.begin("in_a_row", {"times": 150})
    for _ in range(3):
        time.sleep(0.15)  # somewhere in the middle, wherever that is
        kill_and_restart(host)
    ended = host.ended(links)
    assert ended["output"] == sum(2 * number for number in range(150))
    listed = host.call("GET", "/runtime/webhooks/durabletask/instances").json()
    assert [status["instanceId"] for status in listed] == [links["id"]]


def test_what_was_purged_or_used_again_stays_so(host: RunningHost) -> None:
    instances = "/runtime/webhooks/durabletask/instances"
    gone, again = host.begin("in_a_row", {"times": 3}), host.begin("in_a_row", {"times": 3})
    host.ended(gone)
    host.ended(again)
    assert host.call("DELETE", f"{instances}/{gone['id']}").json() == {"instancesDeleted": 1}
    host.call("POST", f"/runtime/webhooks/durabletask/orchestrators/in_a_row/{again['id']}", json={"times": 1})
    host.ended(again)
    kill_and_restart(host)
    assert host.call("GET", f"{instances}/{gone['id']}").status_code == 404
    status = host.status(again, showHistory="true")
    assert (status["input"], status["output"]) == ({"times": 1}, 0)
    assert sum(event["EventType"] == "ExecutionStarted" for event in status["historyEvents"]) == 1
