"""Whoever writes at the same time, from whichever neighbouring rung: both sides end alike, and no change is lost."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.ladder import Ladder
from bridge.place import RUNGS, Place, authority, behind
from bridge.records import Records
from tests.bridge.memory import MemoryBook, MemorySide, until

NEIGHBOURS = [("dual", "dual"), ("dual", "shadow"), ("shadow", "shadow"), ("live", "live")]
"""Pairs of rungs on which two instances may stand at the same time and both sides get every write."""


class Fixed(MemoryBook):
    """Always the same place, whatever others read."""

    def __init__(self, rung: str, rows: MemoryBook) -> None:
        super().__init__()
        self.rows = rows.rows
        self.there = Place(rung, changed=self.now())


@contextmanager
def instances(rungs: tuple[str, ...], aws: MemorySide, azure: MemorySide) -> Iterator[list[Records[str]]]:
    rows = MemoryBook()
    ladders = [Ladder(Fixed(rung, rows), poll=0.02) for rung in rungs]
    yield [Records[str](ladder, "orders", aws=aws, azure=azure, compare=0) for ladder in ladders]
    for ladder in ladders:
        ladder.close()


def write(records: Records[str], key: str, kind: str, text: str) -> None:
    if kind == "put":
        records.put(key, text)
    elif kind == "delete":
        records.delete(key)
    elif kind == "insert":
        records.insert(key, text)
    else:
        records.change(key, lambda value: value + text)


writers = st.lists(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["put", "delete", "insert", "change"])), max_size=4),
    min_size=2, max_size=4,
)  # fmt: skip


@pytest.mark.parametrize("conditional", [True, False], ids=["conditional", "unconditional"])
@pytest.mark.parametrize("rungs", NEIGHBOURS, ids="-".join)
@settings(max_examples=40, deadline=None)
@given(work=writers, seed=st.integers())
def test_both_sides_end_alike(rungs: tuple[str, str], conditional: bool, work: list[list[tuple[str, str]]], seed: int) -> None:
    random.seed(seed)
    leading_side, following_side = MemorySide(jitter=0.001), MemorySide(conditional=conditional, jitter=0.001)
    aws, azure = (leading_side, following_side) if authority(rungs[0]) == "aws" else (following_side, leading_side)
    with instances(rungs, aws, azure) as several, ThreadPoolExecutor(4) as pool:

        def work_off(number: int) -> None:
            for step, (key, kind) in enumerate(work[number]):
                write(several[number % 2], key, kind, f"{number}.{step} ")

        list(pool.map(work_off, range(len(work))))
        assert {key: aws.value(key) for key in "ab"} == {key: azure.value(key) for key in "ab"}


@pytest.mark.parametrize("conditional", [True, False], ids=["conditional", "unconditional"])
@pytest.mark.parametrize("rungs", NEIGHBOURS, ids="-".join)
def test_a_writer_who_is_overtaken_before_the_second_half_puts_it_right(rungs: tuple[str, str], conditional: bool) -> None:
    leading, following = MemorySide(), MemorySide(conditional=conditional)
    aws, azure = (leading, following) if authority(rungs[0]) == "aws" else (following, leading)
    with instances(rungs, aws, azure) as (slow, fast):

        def overtake() -> None:
            following.meanwhile = lambda: None
            fast.put("a", "fast")

        following.meanwhile = overtake
        slow.put("a", "slow")
        assert aws.value("a") == azure.value("a") == "fast"


@pytest.mark.parametrize("rungs", [*NEIGHBOURS, ("aws", "dual"), ("live", "azure")], ids="-".join)
def test_no_change_of_a_key_is_lost_between_instances(rungs: tuple[str, str]) -> None:
    aws, azure = MemorySide(jitter=0.001), MemorySide(jitter=0.001)
    aws.values["n"] = azure.values["n"] = ("0", 1)
    with instances(rungs, aws, azure) as several, ThreadPoolExecutor(4) as pool:
        for counted in [pool.submit(several[number % 2].change, "n", lambda n: str(int(n) + 1)) for number in range(40)]:
            assert counted.result() is not None
    assert (aws if authority(rungs[0]) == "aws" else azure).value("n") == "40"


def handover(book: MemoryBook, rung: str) -> None:
    """As the agent changes the authority: hold, everybody there and nothing owed, change, everybody there, release."""

    def everybody(place: Place) -> None:
        until(lambda: not behind(place, book.instances(), book.now()) and book.repairs() == 0, 30)

    everybody(book.change(held=True))
    everybody(book.change(rung=rung))
    everybody(book.change(held=False))


def test_up_and_down_the_ladder_under_writers_nothing_is_lost_and_no_read_goes_back() -> None:
    book, aws, azure = MemoryBook(), MemorySide(jitter=0.002), MemorySide(jitter=0.002)
    aws.values["n"] = azure.values["n"] = ("0", 1)
    book.change(rung="dual")
    ladders = [Ladder(book, poll=0.02).start() for _ in range(3)]
    several = [Records[str](ladder, "orders", aws=aws, azure=azure) for ladder in ladders]
    done, counts, backwards = threading.Event(), [0] * 6, list[tuple[int, int]]()

    def write_on(number: int) -> None:
        while not done.is_set():
            assert several[number % 3].change("n", lambda n: str(int(n) + 1))
            counts[number] += 1

    def read_on(number: int) -> None:
        last = 0
        while not done.is_set():
            now = int(several[number % 3].get("n") or 0)
            if now < last:
                backwards.append((last, now))
            last = now

    with ThreadPoolExecutor(9) as pool:
        working = [pool.submit(write_on, number) for number in range(6)] + [pool.submit(read_on, number) for number in range(3)]
        try:
            for _ in range(3):
                until(lambda: not behind(book.change(rung="shadow"), book.instances(), book.now()))
                handover(book, "live")
                before = sum(counts)
                until(lambda before=before: sum(counts) > before + 5)  # type: ignore[misc]  # bound on purpose
                handover(book, "shadow")
                until(lambda: not behind(book.change(rung="dual"), book.instances(), book.now()))
        finally:
            done.set()
        for each in working:
            each.result()
    assert aws.value("n") == azure.value("n") == str(sum(counts))
    assert backwards == []
    assert book.differences() == []
    for ladder in ladders:
        ladder.close()
    assert book.instances() == []


def test_rungs_that_are_no_neighbours_of_one_authority_are_why_writes_are_held() -> None:
    """Shadow and live at the same time lose changes: that is what a handover keeps apart."""
    assert [authority(rung) for rung in RUNGS].count("aws") == 3
    aws, azure = MemorySide(jitter=0.002), MemorySide(jitter=0.002)
    aws.values["n"] = azure.values["n"] = ("0", 1)
    with instances(("shadow", "live"), aws, azure) as several, ThreadPoolExecutor(4) as pool:
        for counted in [pool.submit(several[number % 2].change, "n", lambda n: str(int(n) + 1)) for number in range(40)]:
            counted.exception()
    assert (aws.value("n"), azure.value("n")) != ("40", "40")
