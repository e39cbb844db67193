"""Verifying in two parts: the whole copy while clients go on, and in the window what was touched since. Nothing is missed."""

import random
from contextlib import nullcontext
from dataclasses import replace

import pytest

from activities import bulk
from activities.step import Done, Failed
from activities.steps.sync_deltas import SyncDeltas
from activities.steps.verify_backup import VerifyBackup
from activities.steps.verify_delta import VerifyDelta
from adapters.errors import AdapterError
from adapters.replication import KEYS_AT_MOST
from tests.activities.live_store import Book, LiveStore, run
from tests.activities.small_world import work

ITEMS = {f"key{number}": number for number in range(10)}


@pytest.fixture
def store() -> LiveStore:
    return LiveStore(ITEMS)


@pytest.fixture
def book() -> Book:
    return Book({"orders": {"at": 0}})


def touched(book: Book, step: str) -> list[str]:
    keys: list[str] = book.found[step]["touched"]["orders"]["keys"]
    return keys


def test_a_copy_that_is_equal_is_verified_as_a_whole(store: LiveStore, book: Book) -> None:
    done = run(VerifyBackup(), store, book)
    assert isinstance(done, Done)
    assert (done.evidence["items"], list(done.evidence["hashes"])) == (10, ["orders~0"])
    assert store.compared[0] is None


def test_what_clients_change_meanwhile_is_brought_over_and_compared_again(store: LiveStore, book: Book) -> None:
    store.put("key0", 100)
    store.put("key1", None)
    store.put("new", 1)
    assert isinstance(run(VerifyBackup(), store, book), Done)
    assert store.target == store.source
    assert store.compared[1] == ["key0", "key1", "new"]


def test_what_differs_and_does_not_move_stops_the_run_before_the_window(store: LiveStore, book: Book) -> None:
    store.target["key4"] = 99
    failed = run(VerifyBackup(), store, book, between=lambda: store.put("key5", len(store.log)))
    assert isinstance(failed, Failed)
    assert failed.code == "state-differs"
    assert "key4" in failed.message
    assert "key5" not in failed.message


def test_an_item_that_never_rests_is_left_to_the_window(store: LiveStore, book: Book) -> None:
    store.put("key6", 1000)
    store.quicker = lambda: store.put("key6", len(store.log) + 1001)
    done = run(VerifyBackup(), store, book)
    assert isinstance(done, Done)
    assert done.evidence["differing"] == {"orders": ["key6"]}
    assert touched(book, "verify_backup") == ["key6"]


def test_more_differences_than_can_be_named_stop_the_run(book: Book) -> None:
    store = LiveStore({str(number): 1 for number in range(KEYS_AT_MOST)})
    store.target.clear()
    failed = run(VerifyBackup(), store, book)
    assert isinstance(failed, Failed)
    assert failed.mend


def test_the_window_compares_just_what_was_touched_since_the_verification_began(store: LiveStore, book: Book) -> None:
    store.put("key0", 100)
    assert isinstance(run(SyncDeltas(), store, book), Done)
    store.put("key1", 101)
    assert isinstance(run(VerifyBackup(), store, book), Done)
    store.put("key2", None)
    assert isinstance(run(SyncDeltas(), store, book), Done)
    store.put("key3", 103)
    store.compared.clear()
    done = run(VerifyDelta(), store, book)
    assert isinstance(done, Done)
    assert store.compared == [["key1", "key2", "key3"]]
    assert done.evidence["differing"] == {}
    assert store.target == store.source


def test_a_touched_item_that_differs_in_the_window_stops_the_run(store: LiveStore, book: Book) -> None:
    run(VerifyBackup(), store, book)
    store.put("key7", 70)
    run(SyncDeltas(), store, book)
    store.target["key7"] = 71
    failed = run(VerifyDelta(), store, book)
    assert isinstance(failed, Failed)
    assert "key7" in failed.message


def test_too_many_touched_keys_make_the_window_compare_everything(store: LiveStore, book: Book) -> None:
    run(VerifyBackup(), store, book)
    for number in range(KEYS_AT_MOST + 1):
        store.put(f"born{number}", 1)
    run(SyncDeltas(), store, book)
    assert book.found["sync_deltas"]["touched"]["orders"] == {"keys": [], "whole": False}
    store.target["key9"] = -1
    store.compared.clear()
    assert isinstance(run(VerifyDelta(), store, book), Failed)
    assert store.compared == [None]


def test_a_repeated_verification_forgets_no_key(store: LiveStore, book: Book) -> None:
    run(VerifyBackup(), store, book)
    store.put("key0", 7)
    run(SyncDeltas(), store, book)
    book.found["verify_backup"] |= book.found.pop("sync_deltas")
    step = VerifyBackup()
    assert step.do(work(record=book), {})["touched"]["orders"]["keys"] == ["key0"]


def test_whatever_moves_whenever_the_window_ends_equal_or_fails() -> None:
    chance = random.Random(7)  # noqa: S311 - repeatable chance, no secret
    for _ in range(200):
        store, book = LiveStore(ITEMS), Book({"orders": {"at": 0}})

        def client(store: LiveStore = store) -> None:
            for _ in range(chance.randrange(3)):
                store.put(f"key{chance.randrange(14)}", chance.choice([None, chance.randrange(100)]))

        client()
        run(SyncDeltas(), store, book)
        store.meanwhile = client
        wrong = chance.random() < 0.3
        if wrong:
            store.target["key3"] = -5
        backup = run(VerifyBackup(), store, book, client)
        run(SyncDeltas(), store, book)
        store.meanwhile = lambda: None
        if isinstance(backup, Failed):
            assert wrong
            continue
        assert isinstance(run(VerifyDelta(), store, book), Done)
        assert store.target == store.source


def test_the_way_back_knows_whether_aws_changed(store: LiveStore, book: Book) -> None:
    def asked(token: dict[str, bool] | None) -> bool:
        given = work(record=book, stores={"orders": store}, replications={"orders": store})
        VerifyDelta().undo_part(given, "orders~0", token, 1.0)
        return store.rules[-1].untouched

    run(VerifyBackup(), store, book)
    run(VerifyDelta(), store, book)
    book.enable_target()
    assert asked(None)
    store.put("key1", 55)
    store.target["key1"] = 55
    assert asked(None), "what is the same on both sides loses nothing; it may be our own writing"
    store.put("key2", 56)
    assert not asked(None)
    assert not asked({"untouched": True}), "later pieces go by their token"


def test_nothing_is_written_back_when_azure_was_never_enabled(store: LiveStore, book: Book) -> None:
    run(VerifyBackup(), store, book)
    run(VerifyDelta(), store, book)
    given = work(record=book, stores={"orders": store}, replications={"orders": store})
    assert VerifyDelta().undo_parts(given, {}) == []
    assert VerifyDelta().undone(replace(given), {}) == Done({"written_back": 0})


def test_records_that_are_gone_leave_it_open_whether_aws_changed(store: LiveStore, book: Book) -> None:
    run(VerifyBackup(), store, book)
    run(VerifyDelta(), store, book)
    book.enable_target()
    given = work(record=book, stores={"orders": store}, replications={"orders": store})
    for code, passes in (("invalid", False), ("throttled", True)):
        store.gone = AdapterError(code, "no records")
        with pytest.raises(AdapterError) if passes else nullcontext():
            VerifyDelta().undo_part(given, "orders~0", None, 1.0)
    assert [rules.untouched for rules in store.rules] == [False]


def test_a_copy_that_holds_what_is_not_written_back_is_not_cleared(store: LiveStore, book: Book) -> None:
    given = work(record=book, stores={"orders": store})
    before = {"target_items": {"orders": 0}}
    book.begin("verify_delta")
    assert bulk.cleared(given, before) == Done({"cleared": ["orders"]}), "Azure was not enabled yet"
    book.enable_target()
    store.target["key0"] = 5
    assert isinstance(bulk.cleared(given, before), Failed)
    assert store.target
    book.back.add("verify_delta")
    assert bulk.cleared(given, before) == Done({"cleared": ["orders"]})
    assert not store.target
