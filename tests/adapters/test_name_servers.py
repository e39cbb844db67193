"""Looking names up: at the servers that choose, each time anew; one that is silent is passed over."""

import socket
from collections import Counter
from collections.abc import Iterator

import pytest

from activities.judging import agreement
from adapters.errors import AdapterError
from adapters.routers import name_servers
from adapters.routers.name_servers import answers, comparable
from local.routing.records import NoRecords, Record
from tests.adapters.name_server import name_server

AWS, AZURE = Record("aws", "AWS.example.net.", 75, 60), Record("azure", "azure.example.net", 25, 60)
NAME = "orders.example.com."


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_servers, "_SECONDS", 0.3)


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes look-ups and never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{deaf.getsockname()[1]}"


def test_each_look_up_is_answered_by_chance_of_its_own() -> None:
    with name_server(lambda: [AWS, AZURE]) as server:
        found = Counter(answers([server], NAME, "CNAME", 200))
    assert found.keys() == {frozenset({"aws.example.net"}), frozenset({"azure.example.net"})}
    assert agreement(found[frozenset({"azure.example.net"})], 200, 0.25) > 0.001


def test_addresses_are_compared_as_addresses() -> None:
    with name_server(lambda: [Record("azure", "192.0.2.7", 1, 60)]) as server:
        assert answers([server], NAME, "A", 1) == [{"192.0.2.7"}]
    with name_server(lambda: [Record("azure", "2001:db8:0:0:0:0:0:1", 1, 60)]) as server:
        assert answers([server], NAME, "AAAA", 1) == [{comparable("2001:DB8::1")}]


def test_a_silent_server_is_passed_over(silent: str) -> None:
    with name_server(lambda: [AWS]) as server:
        assert answers([silent, server], NAME, "CNAME", 2) == [{"aws.example.net"}] * 2


def test_no_answer_is_no_guess(silent: str) -> None:
    with pytest.raises(AdapterError, match=silent) as raised:
        answers([silent], NAME, "CNAME", 200)
    assert (raised.value.code, "port 53" in raised.value.mend) == ("unreachable", True)
    with pytest.raises(AdapterError, match="has an address"):
        answers(["no-such-host.invalid"], NAME, "CNAME", 1)


def test_a_server_that_cannot_say_is_no_answer_either() -> None:
    def nothing() -> list[Record]:
        raise NoRecords("not yet")

    with name_server(nothing) as server, pytest.raises(AdapterError, match="SERVFAIL") as raised:
        answers([server], NAME, "CNAME", 1)
    assert raised.value.code == "unreachable"


def test_a_name_without_a_value_is_named() -> None:
    addressed = Record("azure", "192.0.2.7", 1, 60)
    with name_server(lambda: [addressed]) as server, pytest.raises(AdapterError, match="orders") as raised:
        answers([server], NAME, "AAAA", 1)
    assert raised.value.code == "not-found"
