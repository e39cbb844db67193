"""Messages from Teams as bytes: only what its outgoing webhook signed, lately, by somebody; and what the words ask for."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.errors import NotAllowed
from approvals.keys import Keys
from approvals.teams import Command, command, verify
from tests.approvals.gates import LENA_ID

TOKEN = b"t" * 32
KEYS = Keys({"other": b"x" * 32, "channel": TOKEN})


def activity(text: str = "<at>dayzero</at> help", ahead: float = 0.0, **changes: Any) -> bytes:
    sent = (datetime.now(UTC) + timedelta(seconds=ahead)).isoformat().replace("+00:00", "Z")
    message: dict[str, Any] = {"type": "message", "id": "1700000000001", "timestamp": sent, "text": text}
    message |= {"from": {"id": "29:1x", "name": "Lena L.", "aadObjectId": LENA_ID}, "channelId": "msteams"}
    return json.dumps(message | changes).encode()


def signed(body: bytes, key: bytes = TOKEN) -> str:
    return "HMAC " + base64.b64encode(hmac.digest(key, body, "sha256")).decode()


def test_a_signed_message_names_its_sender() -> None:
    body = activity("<at>dayzero</at>&nbsp;approve cutover <b>because</b>\n all is &amp; well")
    message = verify(KEYS, body, signed(body))
    assert (message.sender.object_id, message.name) == (LENA_ID, "Lena L.")
    assert message.text == "approve cutover because all is & well"
    assert verify(KEYS, body, signed(body)).nonce == message.nonce != verify(KEYS, *both(activity(id="2"))).nonce


def both(body: bytes) -> tuple[bytes, str]:
    return body, signed(body)


@pytest.mark.parametrize("place", range(0, 200, 7))
def test_a_changed_body_is_refused(place: int) -> None:
    body = activity()
    with pytest.raises(NotAllowed, match="not signed"):
        verify(KEYS, body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :], signed(body))


@pytest.mark.parametrize(
    "header",
    ["", "HMAC", "HMAC ", "Bearer x", signed(activity(), b"y" * 32), "HMAC é", signed(activity())[:-2]],
    ids=["none", "bare", "empty", "bearer", "another key", "not ASCII", "cut"],  # signatures differ from process to process
)
def test_another_signature_is_refused(header: str) -> None:
    with pytest.raises(NotAllowed, match="not signed"):
        verify(KEYS, activity(), header)


@pytest.mark.parametrize("ahead", [-301.0, -86_400.0, 301.0, 86_400.0])
def test_an_old_message_is_refused(ahead: float) -> None:
    with pytest.raises(NotAllowed, match="too old"):
        verify(KEYS, *both(activity(ahead=ahead)))


@pytest.mark.parametrize(
    "changes",
    [
        {"from": {"name": "Lena"}},
        {"from": {"aadObjectId": ""}},
        {"from": {"aadObjectId": 7}},
        {"from": None},
        {"text": None},
        {"timestamp": "yesterday"},
        {"timestamp": 7},
    ],
)
def test_a_message_of_nobody_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(NotAllowed):
        verify(KEYS, *both(activity(**changes)))


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b"\xff", b"[" * 100_000])
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(NotAllowed):
        verify(KEYS, *both(body))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("help", Command("help")),
        ("", Command("help")),
        ("what?", Command("help")),
        ("status", Command("status")),
        ("Status orders", Command("status", run="orders")),
        ("status orders now please", Command("help")),
        ("approve cutover because all is well.", Command("approve", "cutover", "", "all is well")),
        ("APPROVE Cutover of orders-1 because it works because I say so", Command(
            "approve", "cutover", "orders-1", "it works because I say so")),
        ("approve cutover orders", Command("approve", "cutover", "orders")),
        ("approve cutover accepting 3 because checked", Command("approve", "cutover", "", "checked", 3)),
        ("approve cutover of orders-1 Accepting 12 exceptions", Command("approve", "cutover", "orders-1", "", 12)),
        ("approve cutover because accepting 3", Command("approve", "cutover", "", "accepting 3")),
        ("approve cutover accepting all because ok", Command("help")),
        ("approve cutover accepting -1", Command("help")),
        ("approve accepting 3", Command("help")),
        ("reject cutover accepting 3 because no", Command("help")),
        ("approve", Command("help")),
        ("reject finalize because red", Command("reject", "finalize", "", "red")),
        ("abort", Command("abort")),
        ("abort orders because complaints", Command("abort", "", "orders", "complaints")),
        ("aborted orders", Command("help")),
        ("pause", Command("pause")),
        ("resume orders-1", Command("resume", "", "orders-1")),
    ],
)  # fmt: skip
def test_words_and_what_they_ask_for(text: str, asked: Command) -> None:
    assert command(text) == asked


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_some_command(text: str) -> None:
    assert command(text).verb
