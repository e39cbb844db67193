"""What differs between two answers, what is noise, and that no value is told that may be private."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.parity import MISSING, differences, document, ignored, noise, said, told
from adapters.records import Answer

HEADERS = ["Content-Type", "location", "set-cookie", "cache-control"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3),
    max_leaves=8,
)


def answer(body: Any = None, status: int = 200, base: str = "https://aws", **more: Any) -> dict[str, Any]:
    headers = {name.replace("_", "-"): value for name, value in more.items() if name != "cookies"}
    given = Answer(status, headers, body, cookies=more.get("cookies", ()))
    return document(given, HEADERS, base, head=False)


def places(first: Any, second: Any) -> list[str]:
    return [said(place) for place, _, _ in differences(answer(first), answer(second))]


@settings(deadline=None)
@given(VALUES, VALUES)
def test_documents_differ_exactly_when_their_bodies_do(first: Any, second: Any) -> None:
    assert bool(places({"it": first}, {"it": second})) == (first != second or _typed(first) != _typed(second))
    assert places({"it": first}, {"it": first}) == []


def _typed(value: Any) -> Any:
    """True is not 1, which Python holds to be equal."""
    if isinstance(value, dict):
        return {name: _typed(one) for name, one in value.items()}
    return [_typed(one) for one in value] if isinstance(value, list) else (isinstance(value, bool), value)


@settings(deadline=None)
@given(VALUES, VALUES)
def test_what_is_noise_hides_itself_wherever_it_is(first: Any, second: Any) -> None:
    old, other = answer({"it": first}), answer({"it": second})
    noisy = noise(old, other)
    assert all(ignored(place, noisy, []) for place, _, _ in differences(old, other))


def test_places_are_named_as_the_plan_names_them() -> None:
    assert places({"orders": [{"total": "1"}, {"total": "2"}]}, {"orders": [{"total": "1"}, {"total": "3"}]}) == [
        "body.orders[1].total"
    ]
    assert places({"a": 1, "b": 2}, {"a": 1.0, "c": 2}) == ["body.b", "body.c"]


def test_items_that_come_and_go_make_their_list_noise_and_nothing_else() -> None:
    old, again = answer({"orders": [1, 2], "total": 7}), answer({"orders": [0, 1, 2], "total": 7})
    assert noise(old, again) >= {("body", "orders")}
    found = differences(again, answer({"orders": [5], "total": 8}))
    assert [said(it[0]) for it in found if not ignored(it[0], noise(old, again), [])] == ["body.total"]


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("body.orders[].total", True),
        ("body.orders[1].total", True),
        ("body.orders[0].total", False),
        ("body.orders[]", True),
        ("body", True),
        ("body.ord", False),
        ("headers.total", False),
    ],
)
def test_the_plan_may_ignore_a_place_with_all_below_it(pattern: str, covered: bool) -> None:
    assert ignored(("body", "orders", 1, "total"), [], [pattern]) is covered


def test_headers_mean_the_same_when_they_say_the_same() -> None:
    plain = answer(content_type="application/json", location="https://aws/orders/1")
    assert plain == answer(
        base="https://azure", content_type="Application/JSON; charset=utf-8", location="https://azure/orders/1"
    )
    assert differences(plain, answer(content_type="text/html", location="https://aws/orders/1"))
    assert answer(etag="1") == answer(etag="2")


def test_cookies_are_compared_by_name_only() -> None:
    document_of_aws = answer(set_cookie="sid=secret", cookies=("sid",))
    assert "secret" not in repr(document_of_aws)
    assert document_of_aws == answer(set_cookie="sid=other", cookies=("sid",))
    assert [told(it, show=False) for it in differences(document_of_aws, answer())] == ["cookies.sid: set -> missing"]


def test_a_body_that_is_no_json_is_compared_by_its_bytes_and_a_head_by_none() -> None:
    one, other = (document(Answer(200, size=3, sha256=text), HEADERS, "", head=False) for text in ("a", "b"))
    assert [said(it[0]) for it in differences(one, other)] == ["body.sha256"]
    assert "body" not in document(Answer(200, size=3, sha256="a"), HEADERS, "", head=True)


def test_values_are_told_by_type_and_length_unless_the_plan_shows_them() -> None:
    found = differences(
        answer({"name": "Petra", "age": 41, "tags": ["x"], "api_key": "k1", "ok": True}),
        answer({"name": "Peter", "age": "41", "tags": {}, "api_key": "k2", "ok": None}),
    )
    masked, shown = ([told(it, show=show) for it in found] for show in (False, True))
    assert not {word for word in ("Petra", "Peter", "41", "k1", "k2") for line in masked if word in line}
    assert "body.name: text of 5 characters -> another text of 5 characters" in masked
    assert "body.age: number -> text of 2 characters" in masked
    assert "body.name: Petra -> Peter" in shown
    assert not [line for line in shown if "k1" in line or "k2" in line]
    assert "body.ok: true -> null" in masked


def test_the_status_is_told_plainly_and_long_values_are_cut() -> None:
    (line,) = [told(it, show=False) for it in differences(answer(), answer(status=503))]
    assert line == "status: 200 -> 503"
    assert len(told((("body", "x"), "y" * 5000, MISSING), show=True)) < 200
    assert told((("body", "x"), "AccountKey=abc", 1), show=True) == "body.x: text of 14 characters -> 1"
