"""Surveys of two sides, and the sharing of one."""

import random
import threading
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.states.coalesce import Coalesced
from adapters.states.survey import BUCKETS, Entry, Suspects, bucket_of, compared, hash_of, tally


def entries(items: dict[str, str]) -> list[Entry]:
    return [((key,), hash_of((key,), content)) for key, content in items.items()]


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.text(), max_size=30), st.dictionaries(st.text(), st.text(), max_size=30), st.randoms())
def test_a_comparison_is_equal_only_for_equal_sides_in_any_order(
    one: dict[str, str], other: dict[str, str], shuffle: random.Random
) -> None:
    mixed = entries(one)
    shuffle.shuffle(mixed)
    same = compared([lambda: iter(entries(one))], [lambda: iter(mixed[:5]), lambda: iter(mixed[5:])], 100)
    assert same.equal
    assert same.differing == ()
    found = compared([lambda: iter(entries(one))], [lambda: iter(entries(other))], 100)
    assert found.equal == (one == other)
    assert set(found.differing) == {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


def test_equal_sides_are_read_once_and_at_most_a_hundred_keys_are_named() -> None:
    reads = {"source": 0, "target": 0}

    def side(name: str, count: int) -> Iterator[Entry]:
        reads[name] += 1
        yield from entries({str(number): "x" for number in range(count)})

    assert compared([lambda: side("source", 500)], [lambda: side("target", 500)], 100).equal
    assert reads == {"source": 1, "target": 1}
    assert len(compared([lambda: side("source", 500)], [lambda: side("target", 0)], 100).differing) == 100


def test_memory_does_not_grow_with_the_number_of_items() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        tally([lambda: (((str(number),), number) for number in range(count))])
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(200_000) < peak(20_000) * 1.5


@settings(deadline=None)
@given(st.sets(st.integers(0, BUCKETS - 1)))
def test_suspects_travel_as_short_text(buckets: set[int]) -> None:
    text = Suspects(buckets).to_text()
    assert len(text) < 700
    back = Suspects.from_text(text)
    keys = [(str(number),) for number in range(200)]
    assert [key in back for key in keys] == [bucket_of(key) in buckets for key in keys]


def test_callers_who_ask_while_one_runs_share_the_next_run() -> None:
    running, may_end = threading.Event(), threading.Event()
    runs: list[int] = []

    def work() -> int:
        runs.append(len(runs))
        running.set()
        may_end.wait(10)
        return runs[-1]

    shared = Coalesced(work)
    threads_before = threading.active_count()
    with ThreadPoolExecutor(5) as pool:
        first = pool.submit(shared)
        assert running.wait(10)
        others = [pool.submit(shared) for _ in range(4)]
        while threading.active_count() < threads_before + 5:
            time.sleep(0.01)
        time.sleep(0.2)  # the threads are there; that all of them wait inside cannot be seen from outside
        may_end.set()
        assert first.result(10) == 0
        assert {other.result(10) for other in others} == {1}
    assert len(runs) == 2


def test_a_run_that_fails_fails_for_those_who_share_it_and_for_nobody_else() -> None:
    answers: Iterator[ValueError | int] = iter([ValueError("no"), 7])

    def work() -> int:
        answer = next(answers)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    shared = Coalesced(work)
    with pytest.raises(ValueError, match="no"):
        shared()
    assert shared() == 7
