"""What differs and does not move is put before people when a gate follows; accepted, it stops nobody until it changes."""

from dataclasses import replace
from typing import Any

import pytest

from activities.comparing import judged, whole
from activities.step import Done, Failed, Work
from activities.steps.verify_backup import VerifyBackup
from adapters.errors import AdapterError
from adapters.records import Json
from plan.model import Plan
from tests.activities.live_store import Book, LiveStore
from tests.activities.small_world import work
from tests.plan.plans import data


def book() -> Book:
    return Book({"orders": {"at": 0}})


@pytest.fixture
def store() -> LiveStore:
    found = LiveStore({f"key{number}": number for number in range(10)})
    found.target["key4"] = 99
    found.target.pop("key5")
    return found


def verified(store: LiveStore, table: Book, allowed: int = 0, **arguments: str) -> Done | Failed:
    document = data()
    document["state"]["stores"][0]["unexplained_differences"] = allowed
    ports: dict[str, Any] = {"stores": {"orders": store}, "replications": {"orders": store}}
    given: Work = replace(work(record=table, plan=Plan.model_validate(document), **ports), arguments=arguments)
    step = VerifyBackup()
    did = step.do(given, {})
    part = step.do_part(given, "orders~0", None, 1.0)
    done = {"orders~0": {"items": part.items, "conflicts": [*part.conflicts], "note": part.note}}
    for _ in range(50):
        verdict = step.verify(replace(given, did=did, parts=done), {})
        if isinstance(verdict, Done | Failed):
            return verdict
        did = verdict.remember or did
    raise AssertionError("neither done nor failed")


def test_differences_become_exceptions_when_a_gate_follows(store: LiveStore) -> None:
    table = book()
    verdict = verified(store, table, decided_at="cutover")
    assert isinstance(verdict, Done)
    assert verdict.evidence["exceptions"] == ["orders key4", "orders key5"]
    assert [(row["key"], row["reason"]) for row in table.rows.values()] == [
        ("key4", "another content"),
        ("key5", "missing on Azure"),
    ]
    assert table.rows["key4"]["source_sha256"] != table.rows["key4"]["target_sha256"]
    assert table.rows["key5"]["target_sha256"] == ""


def test_without_a_gate_they_fail_the_step_unless_they_were_accepted(store: LiveStore) -> None:
    table = book()
    assert isinstance(verified(store, table), Failed)
    table.accept()
    assert isinstance(verified(store, table), Done)
    store.target["key4"] = 77
    assert isinstance(verified(store, table), Failed), "what was accepted was another difference"


def test_as_many_as_the_plan_allows_are_accepted_by_it(store: LiveStore) -> None:
    table = book()
    assert isinstance(verified(store, table, allowed=2), Done)
    assert [row["ok"] for row in table.rows.values()] == [True, True]


def test_more_than_people_can_look_at_fail_the_step(store: LiveStore) -> None:
    store.source |= {f"more{number}": number for number in range(101)}
    verdict = verified(store, book(), decided_at="cutover")
    assert isinstance(verdict, Failed)
    assert verdict.code == "state-differs"


def test_in_the_window_accepted_ones_do_not_count(store: LiveStore) -> None:
    table = book()
    verified(store, table, decided_at="open-window")
    part: Json = {"items": 2, "conflicts": ["key4", "key5"], "note": {"equal": False, "source": {"sha256": "x"}}}
    given = work(record=table, stores={"orders": store})
    assert isinstance(judged(replace(given, parts={"orders~keys": part})), Failed)
    table.accept()
    assert isinstance(judged(replace(given, parts={"orders~keys": part})), Done)


def test_a_whole_comparison_later_does_not_complain_of_what_was_accepted(store: LiveStore) -> None:
    table = book()
    verified(store, table, decided_at="open-window")
    given = work(record=table, stores={"orders": store}, replications={"orders": store})
    with pytest.raises(AdapterError, match="key5"):
        whole(given)
    table.accept()
    store.put("key6", 60)
    whole(given)
    assert store.target["key6"] == 60, "what moved is brought over"
    store.target["key4"] = 77
    with pytest.raises(AdapterError, match="key4") as raised:
        whole(given)
    assert "key5" not in raised.value.message
