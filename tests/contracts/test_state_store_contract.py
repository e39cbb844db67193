"""What every StateStore promises, whatever the pair of stores."""

import itertools
from collections.abc import Iterator

import pytest

from adapters.errors import AdapterError
from local.environment import Environment
from tests.contracts.object_sides import ObjectSides
from tests.contracts.store_sides import Sides, compare_all, copy_all, differing, now, write_back_all
from tests.contracts.table_sides import TableSides

NUMBER = itertools.count()
KEYS = [f"key{number:02}" for number in range(12)]


@pytest.fixture(params=[TableSides, ObjectSides])
def sides(request: pytest.FixtureRequest, environment: Environment) -> Iterator[Sides]:
    name = f"pair{next(NUMBER)}"
    urls = environment.variables()
    made: Sides = request.param(urls[{TableSides: "TARGET_TABLES", ObjectSides: "TARGET_BLOBS"}[request.param]], name)
    made.store.prepare()
    yield made


def test_prepare_twice_is_as_once(sides: Sides) -> None:
    sides.store.prepare()
    assert sides.target() == {}


def test_a_copy_makes_both_sides_equal(sides: Sides) -> None:
    for number, key in enumerate(KEYS + sides.hard_keys):
        sides.put_source(key, number)
    assert sum(done.items for done in copy_all(sides.store)) == len(KEYS) + len(sides.hard_keys)
    assert sides.target() == sides.source()
    comparisons = compare_all(sides.store)
    assert all(comparison.equal for comparison in comparisons)
    assert sum(comparison.source.items for comparison in comparisons) == len(KEYS) + len(sides.hard_keys)


def test_a_second_copy_carries_only_what_changed(sides: Sides) -> None:
    sides.fill_source(KEYS)
    copy_all(sides.store)
    assert sum(done.items for done in copy_all(sides.store)) == 0
    sides.put_source(KEYS[0], 2)
    assert 1 <= sum(done.items for done in copy_all(sides.store)) < len(KEYS)
    assert sides.target() == sides.source()


def test_items_that_the_source_does_not_have_are_removed(sides: Sides) -> None:
    for key in [KEYS[0], "gone", *sides.hard_keys]:
        sides.put_target(key, 1)
    sides.put_source(KEYS[0], 1)
    assert set(sides.target()) > set(sides.source())
    copy_all(sides.store)
    assert sides.target() == sides.source()
    sides.delete_source(KEYS[0])
    copy_all(sides.store)
    assert sides.target() == {}


def test_differences_are_named(sides: Sides) -> None:
    sides.fill_source(KEYS)
    copy_all(sides.store)
    assert differing(sides.store) == []
    sides.put_target(KEYS[1], 2)
    sides.delete_target(KEYS[2])
    sides.put_target("extra", 1)
    assert differing(sides.store) == [sides.shown(key) for key in ("extra", KEYS[1], KEYS[2])]
    comparisons = compare_all(sides.store)
    assert sum(one.source.items for one in comparisons) == sum(one.target.items for one in comparisons) == len(KEYS)


def test_as_many_differences_are_named_as_are_asked_for(sides: Sides) -> None:
    sides.fill_source(KEYS)
    named = [sides.store.compare(shard, named=4).differing for shard in range(sides.store.shards)]
    assert max(map(len, named)) == 4


def test_single_items_are_compared_by_the_names_that_a_comparison_gives(sides: Sides) -> None:
    sides.store.compare_keys([])
    keys = KEYS + sides.hard_keys
    for key in keys:
        sides.put_source(key, 1)
    missing = differing(sides.store)
    assert len(missing) == len(keys)
    assert sorted(sides.store.compare_keys(missing).differing) == missing
    copy_all(sides.store)
    found = sides.store.compare_keys([*missing, *missing])
    assert found.equal
    assert (found.source.items, found.differing) == (len(keys), ())
    sides.put_target(KEYS[0], 2)
    sides.delete_target(sides.hard_keys[0])
    sides.delete_source(KEYS[1])
    for key in (KEYS[2], sides.hard_keys[1]):
        sides.delete_source(key)
        sides.delete_target(key)
    found = sides.store.compare_keys(missing)
    assert sorted(found.differing) == sorted(map(sides.shown, (KEYS[0], KEYS[1], sides.hard_keys[0])))
    assert (found.source.items, found.target.items) == (len(keys) - 3, len(keys) - 3)
    assert sides.store.compare_keys([sides.shown(key) for key in (KEYS[2], sides.hard_keys[1], KEYS[5])]).equal


def test_hundreds_of_items_are_compared_and_a_hundred_named(sides: Sides) -> None:
    keys = [f"many{number:03}" for number in range(230)]
    sides.fill_source(keys)
    assert len(sides.store.compare_keys([sides.shown(key) for key in keys]).differing) == 100
    copy_all(sides.store)
    found = sides.store.compare_keys([sides.shown(key) for key in keys])
    assert found.equal
    assert found.target.items == len(keys)


def test_both_sides_are_counted(sides: Sides) -> None:
    sides.fill_source(KEYS)
    sides.put_target("one", 1)
    assert sides.store.count() == (len(KEYS), 1)


def test_a_cleared_target_is_empty_and_still_there(sides: Sides) -> None:
    for key in KEYS + sides.hard_keys:
        sides.put_target(key, 1)
    sides.store.clear_target()
    sides.store.clear_target()
    assert sides.target() == {}


def test_what_azure_changed_comes_back(sides: Sides) -> None:
    for key in KEYS + sides.hard_keys:
        sides.put_source(key, 1)
    copy_all(sides.store)
    copied = [comparison.source for comparison in compare_all(sides.store)]
    cutover = now()
    sides.put_target("new", 1)
    for key in [KEYS[3], sides.hard_keys[0]]:
        sides.put_target(key, 5)
    for key in [KEYS[4], sides.hard_keys[1]]:
        sides.delete_target(key)
    pieces = write_back_all(sides.store, cutover, copied)
    assert sides.source() == sides.target()
    assert sum(piece.items for piece in pieces) == 5
    assert [piece.conflicts for piece in pieces if piece.conflicts] == []
    again = write_back_all(sides.store, cutover, [comparison.source for comparison in compare_all(sides.store)])
    assert sum(piece.items for piece in again) == 0


def test_a_write_back_goes_on_from_its_tokens(sides: Sides) -> None:
    sides.fill_source(KEYS)
    copy_all(sides.store)
    copied = [comparison.source for comparison in compare_all(sides.store)]
    cutover = now()
    sides.put_target(KEYS[0], 5)
    sides.delete_target(KEYS[1])
    pieces = write_back_all(sides.store, cutover, copied, seconds=0.0)
    assert any(piece.token for piece in pieces)
    assert sides.source() == sides.target()


@pytest.mark.parametrize("conflicts", ["stop", "keep-source", "keep-target"])
def test_a_conflict_is_settled_by_the_rule_and_never_in_silence(sides: Sides, conflicts: str) -> None:
    sides.fill_source(KEYS)
    copy_all(sides.store)
    copied = [comparison.source for comparison in compare_all(sides.store)]
    cutover = now()
    sides.put_source(KEYS[5], 8)
    sides.put_target(KEYS[5], 9)
    sides.put_source("only-source", 1)
    sides.put_target("only-target", 1)
    before, wanted = sides.source(), sides.target()
    pieces = write_back_all(sides.store, cutover, copied, conflicts)
    listed = sorted(key for piece in pieces for key in piece.conflicts)
    assert sides.source()["only-target"] == wanted["only-target"]
    if conflicts == "keep-target":
        assert sides.source() == wanted
    else:
        assert sides.source() == before | {"only-target": wanted["only-target"]}
    assert listed == ([sides.shown(key) for key in (KEYS[5], "only-source")] if conflicts == "stop" else [])


def test_without_a_digest_nothing_that_differs_is_overwritten(sides: Sides) -> None:
    sides.fill_source(KEYS)
    copy_all(sides.store)
    cutover = now()
    sides.put_target(KEYS[0], 5)
    sides.delete_target(KEYS[1])
    before = sides.source()
    pieces = write_back_all(sides.store, cutover, None)
    assert sides.source() == before
    assert sorted(key for piece in pieces for key in piece.conflicts) == [sides.shown(key) for key in KEYS[:2]]


def test_what_is_known_to_be_untouched_needs_no_digest(sides: Sides) -> None:
    sides.fill_source(KEYS)
    copy_all(sides.store)
    cutover = now()
    sides.put_target(KEYS[0], 5)
    sides.delete_target(KEYS[1])
    pieces = write_back_all(sides.store, cutover, None, untouched=True)
    assert [piece.conflicts for piece in pieces if piece.conflicts] == []
    assert sides.source() == sides.target()
    assert pieces[0].items == 0, "the decision is kept before anything is written"


@pytest.mark.usefixtures("short_listings")
def test_a_copy_goes_on_from_its_tokens_with_a_tiny_budget(sides: Sides) -> None:
    keys = [f"many{number:04}" for number in range(sides.several_pages)]
    sides.fill_source(keys)
    pieces = copy_all(sides.store, 0.0)
    assert len(pieces) > sides.store.shards
    assert all(piece.items < len(keys) for piece in pieces)
    assert all(comparison.equal for comparison in compare_all(sides.store))
    assert sides.store.count()[1] >= min(len(keys), 1000)


def test_a_missing_source_is_reported_as_such(sides: Sides, environment: Environment) -> None:
    sides.remove_source()
    with pytest.raises(AdapterError) as caught:
        copy_all(sides.store)
    assert caught.value.code == "not-found"
