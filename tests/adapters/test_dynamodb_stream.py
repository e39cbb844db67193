"""Streams whose shards split, close, expire and lose records; and streams that were there before."""

import itertools
import json
import time
from datetime import timedelta
from typing import Any

import boto3
import pytest
from azure.identity import DefaultAzureCredential

from adapters.errors import AdapterError
from adapters.records import Json
from adapters.states.dynamodb_stream import DynamoStreamReplication
from local.environment import Environment
from tests.adapters.scripted_stream import ScriptedStream
from tests.contracts.store_sides import compare_all
from tests.contracts.table_sides import TableSides

NUMBER = itertools.count()
DAY = 24 * 3600.0


class Pair:
    """A table on the emulator with a scripted stream, or with its own."""

    def __init__(self, environment: Environment) -> None:
        self.name, self._tables = f"stream{next(NUMBER)}", environment.variables()["TARGET_TABLES"]
        self.sides = TableSides(self._tables, self.name)
        self.sides.store.prepare()
        self.script = ScriptedStream(self.name)
        self.replication, self.real = self.of(self.script), self.of(boto3.Session(region_name="eu-west-1"))

    def of(self, session: Any) -> DynamoStreamReplication:
        return DynamoStreamReplication(
            name="orders", session=session, source_table=self.name, table_endpoint=self._tables, target_table=self.name,
            credential=DefaultAzureCredential(),
        )  # fmt: skip

    def begin(self) -> Json:
        """The position in the scripted stream."""
        position = self.replication.begin()
        assert json.loads(json.dumps(position)) == position
        return position

    def equal(self) -> bool:
        return all(comparison.equal for comparison in compare_all(self.sides.store))


@pytest.fixture
def pair(environment: Environment) -> Pair:
    return Pair(environment)


def test_children_are_read_after_their_parents_have_ended(pair: Pair) -> None:
    script = pair.script
    script.shard("old")
    script.shard("a", "old")
    script.closed.add("old")
    position = pair.begin()
    assert set(position["shards"]) == {"a"}
    for number in range(3):
        script.change("a", "key", number)
    for child, parent in {"b": "a", "c": "a", "d": "b"}.items():
        script.shard(child, parent)
        script.closed.add(parent)
        script.change(child, f"of-{child}", 1)
    script.change("d", "key", None)
    delta = pair.replication.apply(position, 30)
    assert delta.caught_up
    assert set(delta.position["shards"]) == {"c", "d"}
    assert script.read[:3] == ["a", "a", "a"]
    assert script.read.index("b") < script.read.index("d")
    assert set(pair.sides.target()) == {"of-b", "of-c", "of-d"}
    assert pair.equal()


def test_a_shard_whose_children_are_not_known_yet_is_no_end(pair: Pair) -> None:
    script = pair.script
    script.shard("a")
    position = pair.begin()
    script.change("a", "one", 1)
    script.closed.add("a")
    script.shard("b", "a")
    script.hidden.add("b")
    script.change("b", "two", 1)
    delta = pair.replication.apply(position, 0.2)
    assert not delta.caught_up
    assert delta.lag_seconds > 0
    assert set(delta.position["shards"]) == {"a"}
    script.hidden.clear()
    delta = pair.replication.apply(json.loads(json.dumps(delta.position)), 30)
    assert delta.caught_up
    assert pair.equal()


def test_a_closed_shard_without_known_children_is_begun(pair: Pair) -> None:
    pair.script.shard("a")
    pair.script.closed.add("a")
    position = pair.begin()
    pair.script.shard("b", "a")
    pair.script.change("b", "one", 1)
    assert pair.replication.apply(position, 30).caught_up
    assert pair.equal()


def test_an_expired_iterator_is_renewed_where_it_stood(pair: Pair) -> None:
    script = pair.script
    script.shard("a")
    position = pair.begin()
    for number in range(4):
        script.change("a", f"key{number}", number)
    script.uses = 3
    delta = pair.replication.apply(position, 30)
    assert delta.applied == len(script.read) == 4
    assert pair.equal()


def test_empty_answers_before_records_are_no_end(pair: Pair) -> None:
    pair.script.shard("a")
    position = pair.begin()
    pair.script.change("a", "key", 1)
    pair.script.empties = 2
    assert pair.replication.apply(position, 30).caught_up
    assert pair.equal()


def test_lost_records_end_with_the_advice_to_begin_again(pair: Pair) -> None:
    script = pair.script
    script.shard("a")
    position = pair.begin()
    lost = script.change("a", "key", 1)
    script.trimmed.add(lost)
    for place in ({"after": lost, "since": time.time() - DAY}, {"after": None, "since": time.time() - DAY}):
        with pytest.raises(AdapterError) as caught:
            pair.replication.apply(position | {"shards": {"a": place}}, 30)
        assert caught.value.code == "invalid"
        assert "egin again with a full copy" in caught.value.mend


def test_a_shard_without_changes_for_a_day_loses_nothing(pair: Pair) -> None:
    script = pair.script
    script.shard("a")
    position = pair.begin()
    script.trimmed.add(script.change("a", "key", 1))
    script.change("a", "other", 1)
    position["shards"]["a"]["after"] = next(iter(script.trimmed))
    assert pair.replication.apply(position, 30).applied == 1
    assert set(pair.sides.target()) == {"other"}


def test_changes_from_long_before_begin_are_passed_over(pair: Pair) -> None:
    script = pair.script
    script.shard("a")
    script.change("a", "old", 1, timedelta(hours=3))
    position = pair.begin()
    script.change("a", "new", 1)
    assert pair.replication.apply(position, 30).applied == 1
    assert set(pair.sides.target()) == {"new"}


def test_the_lag_is_the_age_of_what_was_applied_last(pair: Pair) -> None:
    script = pair.script
    script.shard("a")
    position = pair.begin()
    position["shards"]["a"]["since"] -= 3600
    for minutes in (50, 40, 30):
        script.change("a", f"key{minutes}", 1, timedelta(minutes=minutes))
    lags = []
    for _ in range(4):
        delta = pair.replication.apply(position, 0)
        position = delta.position
        lags.append(round(delta.lag_seconds / 60))
    assert lags == [50, 40, 30, 0]


def test_a_table_that_is_written_all_the_time_is_near_enough_at_what_was_there_at_the_beginning(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, read = pair.script, pair.script.get_records
    script.shard("a")
    position = pair.begin()

    def busy(**asked: Any) -> Any:
        script.change("a", f"key{next(NUMBER) % 7}", 1)
        return read(**asked)

    monkeypatch.setattr(script, "get_records", busy)
    delta = pair.replication.apply(position, 3600)
    assert not delta.caught_up
    assert 0 < delta.lag_seconds < 10


def test_a_stream_that_was_there_is_used_and_stays_as_it_was(pair: Pair) -> None:
    wanted = {"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"}
    pair.script.tables.update_table(TableName=pair.name, StreamSpecification=wanted)
    before = pair.real.snapshot()
    assert before == {"stream": True, "view_type": "OLD_IMAGE"}
    position = pair.real.begin()
    pair.sides.put_source("key", 1)
    assert pair.real.apply(position, 30).applied == 1
    assert pair.equal()
    pair.real.restore(before)
    assert pair.real.snapshot() == before


def test_a_stream_that_was_made_is_switched_off_again_and_its_positions_are_worthless(pair: Pair) -> None:
    before = pair.real.snapshot()
    assert before["stream"] is False
    position = pair.real.begin()
    assert pair.real.snapshot()["stream"] is True
    pair.real.restore(before)
    assert pair.real.snapshot()["stream"] is False
    for again in (False, True):
        if again:
            pair.real.begin()
        with pytest.raises(AdapterError) as caught:
            pair.real.apply(position, 30)
        assert (caught.value.code, caught.value.mend) == ("invalid", "Begin again with a full copy.")
