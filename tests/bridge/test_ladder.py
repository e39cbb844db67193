"""Instances know where to stand, tell so, and do nothing when they don't know."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from azure.identity import DefaultAzureCredential

from bridge.errors import LadderUnknown, Superseded, WritesHeld
from bridge.ladder import Ladder
from bridge.place import Instance, Place, behind
from tests.bridge.memory import MemoryBook, until


@pytest.fixture
def told() -> MemoryBook:
    book = MemoryBook()
    book.change(rung="dual")
    return book


@pytest.fixture
def ladder(told: MemoryBook) -> Iterator[Ladder]:
    made = Ladder(told, poll=0.02, patience=5)
    yield made
    made.close()


def reached(book: MemoryBook) -> bool:
    place = book.place()
    assert place is not None
    return bool(book.instances()) and not behind(place, book.instances(), book.now())


def of(book: MemoryBook) -> Instance:
    (instance,) = book.instances()
    return instance


def test_without_a_ladder_everything_is_on_azure_and_no_thread_begins() -> None:
    before = threading.active_count()
    alone = Ladder.from_environment({}, credential=None)  # type: ignore[arg-type]  # it is not asked for anything
    with alone.start().operation(write=True) as lease:
        assert (lease.place.rung, lease.place.producers) == ("azure", "azure")
    assert alone.owns_firing(datetime.now(UTC))
    assert threading.active_count() == before


def test_settings_lead_to_the_table() -> None:
    settings = {
        "BRIDGE_LADDER": "https://127.0.0.1:1/account",
        "BRIDGE_POLL": "0.25",
        "BRIDGE_VALID": "2",
        "BRIDGE_PATIENCE": "1",
    }
    led = Ladder.from_environment(settings, DefaultAzureCredential())
    with pytest.raises(LadderUnknown, match=r"ServiceRequestError|ClientAuthenticationError|CredentialUnavailable"):
        led.owns_firing(datetime.now(UTC))
    led.close()


def test_nobody_may_trust_a_reading_for_longer_than_the_agent_thinks() -> None:
    with pytest.raises(ValueError, match="at most 5"):
        Ladder(MemoryBook(), valid=6)


def test_an_instance_tells_of_itself_before_it_knows_the_place(told: MemoryBook, ladder: Ladder) -> None:
    with ladder.operation(write=False) as lease:
        assert lease.place == told.there
    assert told.beats[0] == Instance(ladder.id)
    until(lambda: reached(told))
    assert (of(told).number, of(told).rung) == (1, "dual")


def test_a_change_is_known_and_told_soon(told: MemoryBook, ladder: Ladder) -> None:
    ladder.start()
    until(lambda: reached(told))
    told.change(rung="shadow")
    until(lambda: reached(told), 1)
    with ladder.operation(write=True) as lease:
        assert lease.place.rung == "shadow"


def test_operations_of_before_are_unsettled_until_they_end(told: MemoryBook, ladder: Ladder) -> None:
    with ladder.operation(write=True):
        told.change(held=True)
        until(lambda: of(told).held)
        assert of(told).unsettled == 1
        assert not reached(told)
    until(lambda: reached(told), 1)


def test_writes_wait_while_they_are_held_and_reads_do_not(told: MemoryBook, ladder: Ladder) -> None:
    told.change(held=True)
    with ladder.operation(write=False):
        pass
    entered = threading.Event()

    def write() -> None:
        with ladder.operation(write=True):
            entered.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert not entered.wait(0.2)
    told.change(held=False)
    assert entered.wait(2)
    writer.join()


def test_patience_ends(told: MemoryBook) -> None:
    told.change(held=True)
    hasty = Ladder(told, poll=0.02, patience=0.1)
    with pytest.raises(WritesHeld), hasty.operation(write=True):
        pass
    hasty.close()


def test_without_a_place_nothing_is_done() -> None:
    lost = Ladder(MemoryBook(), poll=0.02)
    with pytest.raises(LadderUnknown, match="nobody has said"), lost.operation(write=False):
        pass
    lost.close()


def test_knowledge_lapses_when_the_table_is_silent_and_comes_back_with_it(told: MemoryBook) -> None:
    short = Ladder(told, poll=0.02, valid=0.2)
    with short.operation(write=True) as lease:
        told.fails = OSError("silent")
        until(lambda: not lease.is_valid)
        with pytest.raises(LadderUnknown):
            short.assure(lease)
        with pytest.raises(LadderUnknown), short.operation(write=False):
            pass
        told.fails = None
        short.assure(lease)  # still the same place
    short.close()


def test_an_operation_of_an_old_place_may_not_write_for_ever(told: MemoryBook) -> None:
    short = Ladder(told, poll=0.02, valid=0.2)
    with short.operation(write=True) as lease:
        told.change(rung="shadow")
        until(lambda: not lease.is_valid)
        with pytest.raises(Superseded):
            short.assure(lease)
    short.close()


def test_a_reading_counts_from_the_heartbeat_before_it() -> None:
    """An instance that is frozen between both must not act on what it then reads: its heartbeat may have lapsed."""

    class Frozen(MemoryBook):
        def place(self) -> Place | None:
            time.sleep(0.2)
            return super().place()

    book = Frozen()
    book.change(rung="dual")
    slow = Ladder(book, poll=60, valid=0.1)
    with pytest.raises(LadderUnknown, match="takes longer"), slow.operation(write=False):
        pass
    slow.close()


def test_leave_is_taken_when_nothing_is_open(told: MemoryBook) -> None:
    one, other = Ladder(told, poll=0.02).start(), Ladder(told, poll=0.02).start()
    until(lambda: len(told.instances()) == 2)
    with one.operation(write=True):
        one.close()
        other.close()
    assert [instance.id for instance in told.instances()] == [one.id]
    with pytest.raises(LadderUnknown, match="leave"), other.operation(write=False):
        pass
