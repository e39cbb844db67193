"""Queue triggers of the local host on Azurite: retries, poison queue, encoding, outputs, stopping."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.environment import Environment
from tests.local.hosting import RunningHost, eventually, running_host
from tests.local.queue_service import Queues, encoded, queue_service

NEVER = "0 0 0 29 2 *"


@pytest.fixture(scope="module")
def queues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queues]:
    with queue_service(tmp_path_factory.mktemp("azurite")) as running:
        yield running


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A queue of the test's own."""
    return f"q{abs(hash(request.node.name)) % 10**9}"


@pytest.fixture
def host(tmp_path: Path, queues: Queues, name: str) -> Iterator[RunningHost]:
    with running_host("triggers", tmp_path, DATA=queues.connection_string, WORK_QUEUE=name, EVERY=NEVER) as running:
        yield running


def worked(host: RunningHost) -> list[tuple[str, int]]:
    return [(note["work"], note["count"]) for note in host.noted() if "work" in note]


def test_the_queue_is_created_and_its_messages_processed_once(host: RunningHost, queues: Queues, name: str) -> None:
    eventually(lambda: name in queues.names())
    for number in range(40):
        queues.queue(name).send_message(encoded(f"é {number}"))
    eventually(lambda: queues.count(name) == 0)
    assert sorted(worked(host)) == sorted((f"é {number}", 1) for number in range(40))


def test_a_message_that_fails_is_retried_and_goes_to_the_poison_queue(host: RunningHost, queues: Queues, name: str) -> None:
    eventually(lambda: name in queues.names())
    queues.queue(name).send_message(encoded("fail"))
    assert eventually(lambda: queues.bodies(f"{name}-poison")) == [encoded("fail")]
    assert worked(host) == [("fail", 1), ("fail", 2), ("fail", 3)]  # host.json: maxDequeueCount 3
    eventually(lambda: queues.count(name) == 0)


def test_a_body_that_is_not_base64_is_poison_at_once(host: RunningHost, queues: Queues, name: str) -> None:
    eventually(lambda: name in queues.names())
    queues.queue(name).send_message('{"plain": "json"}')
    assert eventually(lambda: queues.bodies(f"{name}-poison")) == ['{"plain": "json"}']
    assert worked(host) == []


def test_plain_bodies_are_taken_when_the_setting_says_so(tmp_path: Path, queues: Queues, name: str) -> None:
    settings = {"AzureFunctionsJobHost__extensions__queues__messageEncoding": "none"}
    settings |= {"DATA": queues.connection_string, "WORK_QUEUE": name, "EVERY": NEVER}
    queues.queue(name).create_queue()
    queues.queue(name).send_message("as it is")
    with running_host("triggers", tmp_path, **settings) as host:
        eventually(lambda: worked(host) == [("as it is", 1)])


def test_outputs_of_queue_and_http_functions_become_messages(host: RunningHost, queues: Queues, name: str) -> None:
    eventually(lambda: "forward-in" in queues.names())
    queues.queue("forward-in").send_message(encoded("shout"))
    assert eventually(lambda: queues.bodies("forward-out")) == [encoded("SHOUT")]
    assert host.call("POST", "/api/enqueue/3", key=None).status_code == 202
    eventually(lambda: sorted(worked(host)) == [("item 0", 1), ("item 1", 1), ("item 2", 1)])


def test_a_disabled_function_leaves_its_messages(tmp_path: Path, queues: Queues, name: str) -> None:
    queues.queue(name).create_queue()
    queues.queue(name).send_message(encoded("stay"))
    settings = {"DATA": queues.connection_string, "WORK_QUEUE": name, "EVERY": NEVER}
    with running_host("triggers", tmp_path, AzureWebJobs__work__Disabled="1", **settings) as host:
        queues.queue("forward-in").send_message(encoded("go"))
        eventually(lambda: encoded("GO") in queues.bodies("forward-out"))
        functions = {it["name"]: it["isDisabled"] for it in host.call("GET", "/admin/functions").json()}
        assert functions == {"work": True, "forward": False, "enqueue": False, "tick": False, "yearly": False}
    assert queues.bodies(name) == [encoded("stay")]


def test_sigterm_lets_a_message_in_hand_finish(host: RunningHost, queues: Queues, name: str) -> None:
    eventually(lambda: name in queues.names())
    queues.queue(name).send_message(encoded("slow one"))
    eventually(lambda: worked(host))
    host.child.stop()
    assert host.noted()[-1] == {"done": "slow one"}
    assert queues.count(name) == 0


def test_a_message_can_be_run_by_hand(host: RunningHost, name: str) -> None:
    answer = host.call("POST", "/admin/functions/work", json={"input": "by hand"})
    assert (answer.status_code, answer.content) == (202, b"")
    eventually(lambda: worked(host) == [("by hand", 1)])
    assert host.call("POST", "/admin/functions/work", key="default", json={"input": ""}).status_code == 401
    assert host.call("POST", "/admin/functions/nothing", json={"input": ""}).status_code == 404


def test_drain_stops_listening(host: RunningHost, queues: Queues, name: str) -> None:
    eventually(lambda: name in queues.names())
    assert host.call("GET", "/admin/host/drain/status").json()["state"] == "Disabled"
    assert host.call("POST", "/admin/host/drain").status_code == 202
    queues.queue(name).send_message(encoded("late"))
    status = eventually(lambda: host.call("GET", "/admin/host/drain/status").json())
    assert (status["state"], status["outstandingInvocations"]) == ("Completed", 0)
    assert queues.bodies(name) == [encoded("late")]


def test_an_identity_based_connection_needs_no_key(tmp_path: Path, environment: Environment, name: str) -> None:
    variables = environment.variables()
    settings = {"DATA__queueServiceUri": variables["TARGET_QUEUES"], "WORK_QUEUE": name, "EVERY": NEVER}
    with running_host("triggers", tmp_path, **variables, **settings) as host:
        assert host.call("POST", "/api/enqueue/2", key=None).status_code == 202
        eventually(lambda: sorted(worked(host)) == [("item 0", 1), ("item 1", 1)])
