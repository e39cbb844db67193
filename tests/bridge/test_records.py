"""What an app gets from records on each rung, with sides in memory."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from bridge.book import Repair
from bridge.errors import LadderUnknown
from bridge.ladder import Ladder
from bridge.place import RUNGS, authority
from bridge.records import Records
from tests.bridge.memory import MemoryBook, MemorySide, until

BOTH = ("dual", "shadow", "live")


class Scene:
    """A store on two sides, and an instance."""

    def __init__(self) -> None:
        self.book, self.aws, self.azure = MemoryBook(), MemorySide(), MemorySide()
        self.book.change(rung="aws")
        self.ladder = Ladder(self.book, poll=0.02)
        self.records = Records[str](self.ladder, "orders", aws=self.aws, azure=self.azure)

    def at(self, rung: str) -> Records[str]:
        place = self.book.change(rung=rung)
        self.ladder.start()
        until(lambda: any(seen.number == place.number for seen in self.book.instances()))
        return self.records

    def sides(self, rung: str) -> tuple[MemorySide, MemorySide]:
        """The one that decides, and the other."""
        return (self.aws, self.azure) if authority(rung) == "aws" else (self.azure, self.aws)


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene()
    yield made
    made.ladder.close()


@pytest.mark.parametrize("rung", RUNGS)
def test_operations_mean_the_same_on_every_rung(scene: Scene, rung: str) -> None:
    records = scene.at(rung)
    assert records.get("a") is None
    assert records.insert("a", "1")
    assert not records.insert("a", "2")
    assert records.change("a", lambda value: value + "!") == "1!"
    assert records.change("b", lambda value: value + "!") is None
    records.put("b", "2")
    assert sorted(records.some(10)) == sorted(records.iterate()) == ["1!", "2"]
    assert records.get("a") == "1!"
    assert records.delete("a")
    assert not records.delete("a")
    assert records.get("a") is None


@pytest.mark.parametrize("rung", BOTH)
def test_both_sides_hold_a_write_when_it_is_answered(scene: Scene, rung: str) -> None:
    records = scene.at(rung)
    for write in (
        lambda: records.insert("a", "1"),
        lambda: records.put("a", "2"),
        lambda: records.change("a", lambda value: value + "3"),
        lambda: records.delete("a"),
    ):
        write()
        assert scene.aws.value("a") == scene.azure.value("a")


@pytest.mark.parametrize(("rung", "silent"), [("aws", "azure"), ("azure", "aws")])
def test_at_the_ends_the_other_side_is_not_touched(scene: Scene, rung: str, silent: str) -> None:
    records = scene.at(rung)
    other = scene.sides(rung)[1]
    other.fails = AssertionError("touched")
    records.put("a", "1")
    assert records.get("a") == "1"
    assert scene.book.repairs() == 0


@pytest.mark.parametrize("rung", BOTH)
def test_a_half_that_fails_is_owed_before_the_answer_and_mended(scene: Scene, rung: str) -> None:
    records = scene.at(rung)
    leading, following = scene.sides(rung)
    following.fails = OSError("the other cloud is silent")
    records.put("a", "1")
    assert (leading.value("a"), following.value("a"), scene.book.repairs()) == ("1", None, 1)
    until(lambda: any(seen.repairs == 1 and seen.failed_halves == 1 for seen in scene.book.instances()))
    following.fails = None
    until(lambda: scene.book.repairs() == 0)
    assert following.value("a") == "1"
    until(lambda: all(seen.repairs == 0 for seen in scene.book.instances()))


def test_a_debt_that_is_kept_slowly_is_mended_all_the_same(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The background finds it before the operation has kept it; each of both writes gives the row another tag."""
    keep = scene.book.owe

    def slowly(repair: Repair) -> Repair:
        time.sleep(0.1)
        return keep(repair)

    monkeypatch.setattr(scene.book, "owe", slowly)
    records = scene.at("dual")
    for number in range(5):
        scene.azure.fails = OSError("silent")
        records.put("a", str(number))
        scene.azure.fails = None
        until(lambda: scene.book.repairs() == 0 and all(seen.repairs == 0 for seen in scene.book.instances()), 5)
        assert scene.azure.value("a") == str(number)


def test_what_is_owed_is_mended_while_writes_are_held(scene: Scene) -> None:
    records = scene.at("shadow")
    scene.azure.fails = OSError("silent")
    records.put("a", "1")
    scene.book.change(held=True)
    scene.azure.fails = None
    until(lambda: scene.book.repairs() == 0)
    assert scene.azure.value("a") == "1"


def test_an_operation_fails_that_cannot_keep_what_it_owes(scene: Scene) -> None:
    records = scene.at("dual")
    scene.azure.fails = OSError("silent")
    scene.azure.meanwhile = lambda: None

    def no_book() -> None:
        scene.book.fails = OSError("silent, too")

    scene.aws.meanwhile = no_book
    with pytest.raises(OSError, match="silent, too"):
        records.put("a", "1")
    scene.aws.meanwhile = lambda: None
    scene.book.fails = scene.azure.fails = None
    until(lambda: scene.azure.value("a") == "1")
    until(lambda: scene.book.repairs() == 0 and all(seen.repairs == 0 for seen in scene.book.instances()))


def test_a_write_of_which_the_end_is_not_known_is_owed(scene: Scene) -> None:
    records = scene.at("dual")

    class Lost(Exception):
        """The answer did not arrive."""

    def write_and_lose(key: str, value: str | None, held: object) -> bool:
        scene.aws.values[key] = (str(value), 99)
        raise Lost

    scene.aws.write = write_and_lose  # type: ignore[method-assign]  # its answer gets lost
    with pytest.raises(Lost):
        records.insert("a", "1")
    until(lambda: scene.azure.value("a") == "1")


def test_debts_of_one_that_ended_are_mended_by_others(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    from bridge import repairs

    monkeypatch.setattr(repairs, "ABANDONED", timedelta(seconds=0.1))
    scene.aws.values["a"] = ("1", 1)
    scene.book.owe(Repair("orders", "a", "its process ended"))
    scene.book.owe(Repair("receipts", "a", "of another store"))
    scene.book.change(held=True)
    scene.at("dual")
    looked = scene.aws.reads
    time.sleep(0.3)
    assert (scene.book.repairs(), scene.aws.reads, scene.azure.value("a")) == (2, looked, None), "not while writes are held"
    scene.book.change(held=False)
    until(lambda: scene.book.repairs() == 1)
    assert scene.azure.value("a") == "1"


def test_reads_on_shadow_are_compared_and_differences_kept_after_a_second_look(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bridge import comparison

    monkeypatch.setattr(comparison, "SECOND_LOOK", 0.1)
    records = scene.at("shadow")
    records.put("a", "1")
    scene.azure.values["b"] = ("only here", 1)
    assert (records.get("a"), records.get("b")) == ("1", None)
    until(lambda: any((seen.compared, seen.different) == (2, 1) for seen in scene.book.instances()))
    (found,) = scene.book.differences()
    assert (found["store"], found["key"], found["aws"], found["azure"]) == ("orders", "b", "", scene.azure.digest("only here"))


def test_a_difference_that_was_a_write_under_way_does_not_count(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from bridge import comparison

    monkeypatch.setattr(comparison, "SECOND_LOOK", 0.1)
    records = scene.at("shadow")
    scene.aws.values["a"] = ("1", 1)
    assert records.get("a") == "1"
    scene.azure.values["a"] = ("1", 1)
    seen_again = scene.azure.reads
    until(lambda: scene.azure.reads > seen_again)
    until(lambda: any(seen.compared == 1 for seen in scene.book.instances()))
    assert scene.book.differences() == []


def test_a_comparison_that_fails_leaves_the_answer_alone(scene: Scene) -> None:
    records = scene.at("shadow")
    records.put("a", "1")
    scene.azure.fails = OSError("silent")
    assert records.get("a") == "1"


def test_a_write_that_met_a_change_of_authority_is_not_called_done(scene: Scene) -> None:
    """Its instance was frozen between the look at its lease and the write: the agent thought it gone and went on."""
    short = Ladder(scene.book, poll=0.02, valid=0.2)
    records = Records[str](short, "orders", aws=scene.aws, azure=scene.azure)
    scene.book.change(rung="shadow")
    scene.azure.values["a"] = ("before", 1)
    scene.aws.values["a"] = ("before", 1)

    def freeze() -> None:
        scene.book.change(rung="live")
        threading.Event().wait(0.25)

    scene.aws.meanwhile = freeze
    with pytest.raises(LadderUnknown, match="not known"):
        records.put("a", "late")
    scene.aws.meanwhile = lambda: None
    scene.at("live")
    until(lambda: scene.aws.value("a") == "before")
    assert scene.azure.value("a") == "before"
    short.close()


def test_many_conflicts_end_with_an_error_that_says_so(scene: Scene) -> None:
    records = scene.at("aws")
    scene.aws.values["a"] = ("0", 1)
    tags: Iterator[int] = itertools.count(2)

    def interfere() -> None:
        scene.aws.values["a"] = ("x", next(tags))

    scene.aws.meanwhile = interfere
    change: Callable[[str], str] = lambda value: value + "!"  # noqa: E731
    with pytest.raises(RuntimeError, match="in a row"):
        records.change("a", change)
