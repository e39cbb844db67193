"""Signed links as texts: what was signed is read back, whatever was changed is not; keys can be changed under way."""

import base64
import hmac
import os
import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.errors import NotAllowed
from approvals.keys import LINK_KEYS, Keys, KeysMissing, keys, same
from approvals.links import LONGEST, Link, claimed, new_link, seal, unseal

KEYS = Keys({"k1": b"1" * 32})
LINK = Link("orders-1", "cutover", "a" * 64, "Lena Lead", ("approve", "reject"), 4_000_000_000, "nonce-1")
HOUR = timedelta(hours=1)


def test_what_was_sealed_is_read_back() -> None:
    assert unseal(KEYS, seal(KEYS, LINK)) == claimed(seal(KEYS, LINK)) == LINK


def test_links_differ_by_their_nonces_and_end_in_a_week_at_most() -> None:
    made = [new_link("r", "g", "h", "p", timedelta(days=400), ("approve",)) for _ in range(50)]
    assert len({link.nonce for link in made}) == 50
    assert all(link.until <= datetime.now(UTC) + LONGEST for link in made)


@given(st.integers(0, 10_000), st.characters(codec="utf-8"))
@settings(max_examples=300, deadline=None)
def test_a_token_with_any_character_changed_is_refused(place: int, other: str) -> None:
    token = seal(KEYS, LINK)
    place %= len(token)
    if token[place] == other:
        return
    with pytest.raises(NotAllowed) as refused:
        unseal(KEYS, token[:place] + other + token[place + 1 :])
    assert refused.value.status == 401


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_refused_calmly(text: str) -> None:
    for token in (text, f"v1.k1.{text}", f"{text}.{text}.{text}.{text}"):
        with pytest.raises(NotAllowed):
            unseal(KEYS, token)
        claimed(token)


@pytest.mark.parametrize("seconds", [0, 1, 60, 86_400])
def test_an_expired_link_is_refused(seconds: int) -> None:
    ended = int((datetime.now(UTC) - timedelta(seconds=seconds)).timestamp())
    with pytest.raises(NotAllowed, match="expired"):
        unseal(KEYS, seal(KEYS, replace(LINK, expires=ended)))


def test_keys_are_changed_without_refusing_what_is_under_way() -> None:
    token = seal(KEYS, LINK)
    both = Keys({"k2": b"2" * 32, "k1": b"1" * 32})
    assert unseal(both, token) == LINK
    assert seal(both, LINK).startswith("v1.k2.")
    for gone in (Keys({"k2": b"2" * 32}), Keys({"k1": b"x" * 32})):
        with pytest.raises(NotAllowed):
            unseal(gone, token)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (None, "is empty"),
        (" ", "is empty"),
        ("c2VjcmV0", "no id"),
        ("a b:c2VjcmV0", "no id"),
        ("a:%%%%", "not base64"),
        ("a:" + base64.b64encode(b"short").decode(), "fewer than 32 bytes"),
        (f"a:{'QUFB' * 11},a:{'QUFB' * 11}", "no id of its own before key 2"),
    ],
)
def test_a_bad_setting_is_named_and_its_value_is_not(monkeypatch: pytest.MonkeyPatch, text: str | None, what: str) -> None:
    monkeypatch.delenv(LINK_KEYS, raising=False)
    if text is not None:
        monkeypatch.setenv(LINK_KEYS, text)
    with pytest.raises(KeysMissing, match=what) as found:
        keys(LINK_KEYS)
    assert LINK_KEYS in str(found.value)
    assert (text or "").strip() == "" or str(text) not in f"{found.value} {found.value.mend}"


def test_a_setting_of_keys_is_read_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [f"{name}:{base64.b64encode(os.urandom(32)).decode()}" for name in ("new", "old")]
    monkeypatch.setenv(LINK_KEYS, " , ".join(pairs))
    assert (keys(LINK_KEYS).first, keys(LINK_KEYS).ids) == ("new", ["new", "old"])


def test_the_comparison_in_constant_time_is_what_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[bytes, bytes]] = []

    def never(given: bytes, expected: bytes) -> bool:
        asked.append((given, expected))
        return False

    token = seal(KEYS, LINK)
    monkeypatch.setattr(hmac, "compare_digest", never)
    with pytest.raises(NotAllowed):
        unseal(KEYS, token)
    assert asked == [(token.rpartition(".")[2].encode(),) * 2]


def test_the_time_of_a_comparison_does_not_tell_where_signatures_differ() -> None:
    """Wide on purpose: a comparison that stops at the first difference is off by far more on texts of this length."""
    right = base64.urlsafe_b64encode(hmac.digest(b"k", b"m", "sha256")).decode() * 2000
    early, late = "!" + right[1:], right[:-1] + "!"

    def took(given: str) -> float:
        began = time.perf_counter_ns()
        assert not same(given, right)
        return time.perf_counter_ns() - began

    samples = [(took(early), took(late)) for _ in range(300)]
    first, second = (statistics.median(times) for times in zip(*samples, strict=True))
    assert 0.5 < first / second < 2.0
