"""What was touched before the window is compared before it; the window is left with what is touched from then on."""

import random

import pytest

from activities.step import Done, Failed
from activities.steps.recheck_touched import RecheckTouched
from activities.steps.sync_deltas import SyncDeltas
from activities.steps.verify_backup import VerifyBackup
from activities.steps.verify_delta import VerifyDelta
from adapters.replication import KEYS_AT_MOST
from tests.activities.live_store import Book, LiveStore, run
from tests.activities.small_world import work

ITEMS = {f"key{number}": number for number in range(10)}


@pytest.fixture
def store() -> LiveStore:
    return LiveStore(ITEMS)


@pytest.fixture
def book(store: LiveStore) -> Book:
    """The whole copy is compared."""
    book = Book({"orders": {"at": 0}})
    assert isinstance(run(VerifyBackup(), store, book), Done)
    store.compared.clear()
    return book


def test_the_window_compares_only_what_is_touched_after_it(store: LiveStore, book: Book) -> None:
    store.put("key1", 101)
    run(SyncDeltas(), store, book)
    store.meanwhile = lambda: store.put("key2", 102) if not store.log.count("key2") else None
    done = run(RecheckTouched(), store, book)
    assert isinstance(done, Done)
    assert store.compared[0] == ["key1"]
    store.put("key3", None)
    store.compared.clear()
    assert isinstance(run(VerifyDelta(), store, book), Done)
    assert store.compared == [["key2", "key3"]]
    assert store.target == store.source


def test_an_item_that_differs_and_rests_stops_the_run_before_the_window(store: LiveStore, book: Book) -> None:
    store.put("key4", 104)
    run(SyncDeltas(), store, book)
    store.target["key4"] = -1
    failed = run(RecheckTouched(), store, book)
    assert isinstance(failed, Failed)
    assert (failed.code, "key4" in failed.message) == ("state-differs", True)


def test_more_than_can_be_named_are_compared_as_a_whole_store_before_the_window(store: LiveStore, book: Book) -> None:
    for number in range(KEYS_AT_MOST + 1):
        store.put(f"born{number}", 1)
    run(SyncDeltas(), store, book)
    assert isinstance(run(RecheckTouched(), store, book), Done)
    assert store.compared[0] is None
    store.put("key5", 105)
    store.compared.clear()
    assert isinstance(run(VerifyDelta(), store, book), Done)
    assert store.compared == [["key5"]]


def test_a_repeated_try_forgets_neither_list(store: LiveStore, book: Book) -> None:
    store.put("key6", 106)
    run(SyncDeltas(), store, book)
    step = RecheckTouched()
    book.found[step.name] = step.do(work(record=book), {})
    book.found[step.name] |= {"touched": {"orders": {"keys": ["key7"], "whole": True}}, "looks": 99}
    again = step.do(work(record=book), {})
    assert again["old"]["orders"]["keys"] == ["key6"]
    assert again["touched"]["orders"]["keys"] == ["key7"]


def test_done_once_more_it_compares_what_was_touched_since(store: LiveStore, book: Book) -> None:
    store.put("key6", 106)
    run(SyncDeltas(), store, book)
    run(RecheckTouched(), store, book)
    store.put("key7", 107)
    run(SyncDeltas(), store, book)
    store.compared.clear()
    assert isinstance(run(RecheckTouched(), store, book), Done)
    assert store.compared[0] == ["key7"]


def test_whatever_moves_whenever_the_window_ends_equal_or_the_run_never_opens_it() -> None:
    chance = random.Random(11)  # noqa: S311 - repeatable chance, no secret
    for _ in range(200):
        store, book = LiveStore(ITEMS), Book({"orders": {"at": 0}})

        def client(store: LiveStore = store) -> None:
            for _ in range(chance.randrange(3)):
                store.put(f"key{chance.randrange(14)}", chance.choice([None, chance.randrange(100)]))

        store.meanwhile = client
        run(VerifyBackup(), store, book, client)
        run(SyncDeltas(), store, book, client)
        wrong = next((key for key in store.target if chance.random() < 0.05 and key in store.log), None)
        if wrong:
            store.target[wrong] = -5
        rechecked = run(RecheckTouched(), store, book, client)
        store.meanwhile = lambda: None
        if isinstance(rechecked, Failed):
            assert wrong
            continue
        window = run(VerifyDelta(), store, book)
        assert isinstance(window, Done)
        assert store.target == store.source
