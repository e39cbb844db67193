"""The table through which the agent leads the instances, on Azurite."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from bridge.book import Book, Repair
from bridge.place import Instance, Place

MOMENT = "2026-11-23T02:00:00+00:00"


def test_nobody_has_said_where_to_stand_at_first(book: Book) -> None:
    book.prepare()  # twice is fine
    assert book.place() is None


def test_changes_are_counted_and_dated_by_the_service(book: Book) -> None:
    first = book.change(rung="dual")
    second = book.change(rung="shadow", held=True, producers="azure", schedules_from=MOMENT)
    assert (first.rung, first.number) == ("dual", 1)
    assert second == Place("shadow", True, "azure", MOMENT, 2, second.changed) == book.place()
    assert first.changed is not None
    assert second.changed is not None
    assert first.changed < second.changed
    assert abs(book.now() - datetime.now(UTC)) < timedelta(seconds=10)


def test_what_is_so_already_is_not_written(book: Book) -> None:
    first = book.change(rung="dual")
    assert book.change(rung="dual", held=False) == first == book.place()


def test_changes_at_the_same_moment_are_all_made(book: Book) -> None:
    book.change(rung="dual")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda change: book.change(**change), [{"held": True}, {"producers": "azure"}]))
    place = book.place()
    assert place is not None
    assert (place.held, place.producers, place.number) == (True, "azure", 3)


def test_no_place_that_cannot_be_is_written(book: Book) -> None:
    with pytest.raises(ValueError, match="no rung"):
        book.change(rung="cloud")
    assert book.place() is None


def test_instances_tell_of_themselves(book: Book) -> None:
    told = Instance("a-1", 3, "shadow", True, 2, 100, 1, 4, 5)
    book.beat(Instance("a-1"))
    book.beat(told)
    book.beat(Instance("b-1"))
    seen = {instance.id: instance for instance in book.instances()}
    assert seen["a-1"] == Instance("a-1", 3, "shadow", True, 2, 100, 1, 4, 5, seen["a-1"].seen)
    assert seen["a-1"].seen is not None
    book.forget(["b-1", "never-there"])
    assert [instance.id for instance in book.instances()] == ["a-1"]


def test_what_is_owed_stays_until_it_is_settled(book: Book) -> None:
    for key in ("a/1", "a/1", "b#2"):
        book.owe(Repair("orders", key, "timed out"))
    assert book.repairs() == 2
    assert {(owed.store, owed.key, owed.why) for owed in book.owed()} == {
        ("orders", "a/1", "timed out"), ("orders", "b#2", "timed out"),
    }  # fmt: skip
    assert book.owed(older_than=timedelta(minutes=1)) == []
    old = next(debt for debt in book.owed() if debt.key == "a/1")
    new = book.owe(Repair("orders", "a/1", "again"))
    assert not book.settle(old), "it is owed anew"
    assert book.settle(new)
    assert book.settle(new), "gone is gone"
    assert book.repairs() == 1


def test_differences_name_the_key_and_both_values(book: Book) -> None:
    book.differ("orders", "a/1", "aa", "")
    (found,) = book.differences()
    assert (found["store"], found["key"], found["aws"], found["azure"]) == ("orders", "a/1", "aa", "")


def test_nothing_is_left_after_removal(book: Book) -> None:
    book.change(rung="live")
    book.beat(Instance("a"))
    book.owe(Repair("orders", "a", "why"))
    book.differ("orders", "a", "aa", "bb")
    book.remove()
    assert (book.place(), book.instances(), book.repairs(), book.differences()) == (None, [], 0, [])
    book.remove()
    assert book.change(rung="aws").number == 1


def test_a_dropped_table_is_no_place(book: Book) -> None:
    book.drop()
    assert (book.place(), book.instances()) == (None, [])
    book.drop()
