"""What every Replication promises, whatever the pair of stores."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from azure.identity import DefaultAzureCredential

from adapters.records import Json
from adapters.replication import Changed, Delta, Replication
from adapters.states import touched
from adapters.states.dynamodb_stream import DynamoStreamReplication
from adapters.states.s3_changes import ChangeQueue
from adapters.states.s3_delta import S3DeltaReplication
from adapters.states.s3_events import S3EventReplication
from local.environment import Environment
from tests.adapters.aws_resources import ACCOUNT
from tests.contracts.object_sides import PREFIX, NotifiedSides, ObjectSides
from tests.contracts.store_sides import Sides, compare_all, copy_all, differing
from tests.contracts.table_sides import TableSides

NUMBER = itertools.count()
KEYS = [f"key{number:02}" for number in range(12)]


class Live:
    """An empty pair of stores, and its replication, of which each call is made by a new object."""

    def __init__(self, sides: type[Any], environment: Environment) -> None:
        name = f"live{next(NUMBER)}"
        urls, session, credential = environment.variables(), boto3.Session(region_name="eu-west-1"), DefaultAzureCredential()
        tables, blobs = urls["TARGET_TABLES"], urls["TARGET_BLOBS"]
        self.sides: Sides = sides(tables if sides is TableSides else blobs, name)

        def listed() -> S3DeltaReplication:
            return S3DeltaReplication(
                name=name, session=session, source_bucket=name, prefix=PREFIX, blob_endpoint=blobs, container=name,
                credential=credential,
            )  # fmt: skip

        def notified() -> S3EventReplication:
            queue = ChangeQueue(session, bucket=name, prefix=PREFIX, queue=f"{name}-changes", account=ACCOUNT)
            return S3EventReplication(listed(), queue)

        made: dict[Any, Callable[[], Replication]] = {
            TableSides: lambda: DynamoStreamReplication(
                name=name, session=session, source_table=name, table_endpoint=tables, target_table=name, credential=credential
            ),
            ObjectSides: listed,
            NotifiedSides: notified,
        }
        self._make = made[sides]
        self.sides.store.prepare()

    @property
    def replication(self) -> Replication:
        return self._make()

    def apply(self, position: Json, seconds: float = 30.0) -> Delta:
        """A piece from a position that went through JSON."""
        delta = self.replication.apply(json.loads(json.dumps(position)), seconds)
        assert (delta.lag_seconds == 0) == (delta.left == 0) == delta.caught_up
        return delta

    def catch_up(self, position: Json) -> Delta:
        """Pieces until one has caught up."""
        deadline = time.monotonic() + 60
        while not (delta := self.apply(position)).caught_up:
            assert time.monotonic() < deadline
            position = delta.position
        return delta

    def equal(self) -> bool:
        return all(comparison.equal for comparison in compare_all(self.sides.store))


@pytest.fixture(params=[TableSides, ObjectSides, NotifiedSides])
def live(request: pytest.FixtureRequest, environment: Environment) -> Iterator[Live]:
    yield Live(request.param, environment)


def test_inserts_updates_and_deletes_after_begin_arrive(live: Live) -> None:
    sides = live.sides
    keys = KEYS[:3] + sides.hard_keys
    for key in keys:
        sides.put_source(key, 1)
    position = live.replication.begin()
    copy_all(sides.store)
    sides.put_source("new", 1)
    sides.put_source(keys[0], 2)
    for key in [keys[1], *sides.hard_keys]:
        sides.delete_source(key)
    assert not live.equal()
    delta = live.catch_up(position)
    assert delta.applied >= 3 + len(sides.hard_keys)
    assert sides.target() == sides.source()
    assert set(sides.target()) == {"new", keys[0], keys[2]}


def test_a_key_ends_as_it_was_written_last(live: Live) -> None:
    sides = live.sides
    position = live.replication.begin()
    for key, steps in {"back": "pdp", "gone": "pdpd", "often": "pppp"}.items():
        for number, step in enumerate(steps):
            if step == "p":
                sides.put_source(key, number)
            else:
                sides.delete_source(key)
    live.catch_up(position)
    assert sides.target() == sides.source()
    assert set(sides.target()) == {"back", "often"}


def test_without_changes_there_is_nothing_to_do(live: Live) -> None:
    live.sides.fill_source(KEYS)
    position = live.replication.begin()
    copy_all(live.sides.store)
    caught_up = live.catch_up(live.catch_up(position).position)
    assert (caught_up.applied, caught_up.left, caught_up.lag_seconds) == (0, 0, 0.0)


def test_what_was_applied_before_may_be_applied_again(live: Live) -> None:
    sides = live.sides
    sides.fill_source(KEYS)
    position = live.replication.begin()
    copy_all(sides.store)
    sides.put_source(KEYS[0], 2)
    sides.delete_source(KEYS[1])
    after = live.catch_up(position)
    sides.put_source(KEYS[1], 3)
    sides.delete_source(KEYS[0])
    live.catch_up(position)
    assert sides.target() == sides.source()
    live.catch_up(after.position)
    assert sides.target() == sides.source()


@pytest.mark.usefixtures("short_listings")
def test_pieces_are_bounded_go_on_from_json_and_do_not_claim_too_much(live: Live) -> None:
    sides = live.sides
    position = live.replication.begin()
    sides.fill_source([f"many{number:04}" for number in range(sides.several_pages)])
    pieces: list[Delta] = []
    while not pieces or not pieces[-1].caught_up:
        assert len(pieces) < 100
        if pieces:
            assert pieces[-1].lag_seconds > 0
            assert pieces[-1].left is None
        pieces.append(live.apply(position, 0.0))
        assert len(json.dumps(pieces[-1].position)) < 4000
        position = pieces[-1].position
        if len(pieces) == 1:
            assert not pieces[0].caught_up
            assert 0 < sides.store.count()[1] < sides.several_pages
    assert sum(piece.applied for piece in pieces) == sides.several_pages
    assert live.equal()


def test_a_copy_under_writes_and_deletes_ends_equal_once_caught_up(live: Live) -> None:
    sides = live.sides
    keys = [f"hot{number:03}" for number in range(60)]
    sides.fill_source(keys)
    position = live.replication.begin()
    over, counts = threading.Event(), [0, 0]

    def write(writer: int) -> None:
        for number in itertools.count():
            if over.wait(0.01):
                return
            key = keys[(number * 7) % 30 + 30 * writer]
            if number % 5 == 4:
                sides.delete_source(key)
            else:
                sides.put_source(key if number % 3 else f"born{writer}-{number % 40}", number % 50)
            counts[writer] += 1

    writers = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(2):
            copy_all(sides.store)
        for _ in range(3):
            delta = live.apply(position, 0.5)
            position = delta.position
    finally:
        over.set()
        for writer in writers:
            writer.join()
    assert min(counts) > 20
    live.catch_up(position)
    assert differing(sides.store) == []
    assert live.equal()
    assert sides.target() == sides.source()


def test_pieces_name_what_they_touched(live: Live) -> None:
    sides, store = live.sides, live.sides.store
    keys = KEYS + sides.hard_keys
    for key in keys:
        sides.put_source(key, 1)
    copy_all(store)
    position = live.catch_up(live.replication.begin()).position
    time.sleep(6.0 if isinstance(sides, ObjectSides) else 0)  # listings tell whole seconds, and a margin is looked at again
    position = live.catch_up(position).position
    changed = [KEYS[0], sides.hard_keys[0], "new"]
    for key in changed:
        sides.put_source(key, 2)
    for key in (KEYS[1], sides.hard_keys[1]):
        sides.delete_source(key)
    wanted = sorted(sides.shown(key) for key in [*changed, KEYS[1], sides.hard_keys[1]])
    assert sorted(store.compare_keys(wanted).differing) == wanted
    delta = live.apply(position)
    assert delta.caught_up
    assert (sorted(delta.keys), delta.keys_whole) == (wanted, True)
    assert store.compare_keys(delta.keys).equal


def test_a_piece_that_touches_too_much_says_that_it_does_not_name_all(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touched, "KEYS_AT_MOST", 5)
    position = live.replication.begin()
    live.sides.fill_source(KEYS[:5])
    delta = live.catch_up(position)
    assert (len(delta.keys), delta.keys_whole) == (5, True)
    live.sides.fill_source(KEYS)
    delta = live.catch_up(position)
    assert (len(delta.keys), delta.keys_whole) == (5, False)
    assert not live.replication.changed(position, 30.0).whole


def test_what_changed_is_told_without_being_applied(live: Live) -> None:
    sides = live.sides
    sides.fill_source(KEYS)
    copy_all(sides.store)
    time.sleep(1.1)  # the clock of a bucket has whole seconds: what it took in the second of the position is named, too
    position = json.loads(json.dumps(live.catch_up(live.replication.begin()).position))
    assert live.replication.changed(position, 30.0) == Changed((), whole=True)
    sides.put_target(KEYS[3], 7)
    assert live.replication.changed(position, 30.0) == Changed((), whole=True)
    changed = [KEYS[0], sides.hard_keys[0]]
    before = sides.target()
    for key in changed:
        sides.put_source(key, 2)
    told = live.replication.changed(position, 30.0)
    assert (sorted(told.keys), told.whole) == (sorted(map(sides.shown, changed)), True)
    assert sides.target() == before


def test_settings_are_as_before_after_restore(live: Live) -> None:
    before = json.loads(json.dumps(live.replication.snapshot()))
    live.replication.begin()
    live.replication.begin()
    live.replication.restore(before)
    live.replication.restore(before)
    assert live.replication.snapshot() == before
