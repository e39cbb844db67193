"""The few operations of Queue Storage that moving messages needs, as one class for one queue.

Lives here: requests and answers of the REST API. Never here: SQS, and what the texts mean.
Source: "Queue Storage REST API": Put Message, Get Messages, Update Message, Delete Message, Get Queue Metadata.
"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote
from xml.etree import ElementTree as Xml

from azure.core.credentials import TokenCredential

from adapters.states.storage_http import StorageHttp

RECEIVED = 32
"""Messages that one request may receive."""
_MISSING = 404


@dataclass(frozen=True)
class Held:
    """A message that is held for a while; `receipt` proves it."""

    id: str
    receipt: str
    text: str
    inserted: datetime


class QueueClient:
    """One queue."""

    def __init__(self, endpoint: str, queue: str, credential: TokenCredential) -> None:
        self._http = StorageHttp(endpoint, credential, f"storage queue {queue}")
        self._queue = queue

    def create(self) -> None:
        """Make the queue unless it exists."""
        self._http.ask("PUT", f"/{self._queue}", good=(201, 204, 409))

    def count(self) -> int:
        """Messages, hidden ones included; approximate. A queue that does not exist holds none."""
        answer = self._http.ask("HEAD", f"/{self._queue}?comp=metadata", good=(200, 404))
        return int(answer.headers.get("x-ms-approximate-messages-count", 0))

    def oldest(self) -> datetime | None:
        """When the message at the front was put; None when none can be seen or there is no queue."""
        answer = self._http.ask("GET", f"/{self._queue}/messages?peekonly=true", good=(200, 404))
        found = _held(answer.data) if answer.status != _MISSING else []
        return found[0].inserted if found else None

    def put(self, text: str) -> Held:
        """Add a message that never expires; not sent again when the answer fails to come."""
        path = f"/{self._queue}/messages?messagettl=-1"
        answer = self._http.ask("POST", path, body=_body(text), repeat=False)
        return _held(answer.data, text)[0]

    def receive(self, hidden_seconds: int) -> list[Held]:
        """Up to 32 messages, hidden from others for a while; none when all are hidden or gone, or there is no queue."""
        path = f"/{self._queue}/messages?numofmessages={RECEIVED}&visibilitytimeout={hidden_seconds}"
        answer = self._http.ask("GET", path, good=(200, 404))
        return _held(answer.data) if answer.status != _MISSING else []

    def replace(self, message: Held, text: str) -> None:
        """Put another text in the message's place and show it at once."""
        query = f"popreceipt={quote(message.receipt, safe='')}&visibilitytimeout=0"
        self._http.ask("PUT", f"/{self._queue}/messages/{message.id}?{query}", body=_body(text))

    def delete(self, message: Held) -> None:
        """Take it off; one that is gone is as well."""
        query = f"popreceipt={quote(message.receipt, safe='')}"
        self._http.ask("DELETE", f"/{self._queue}/messages/{message.id}?{query}", good=(204, 404))


def _body(text: str) -> bytes:
    """Texts are base64 with a marker at most, so nothing needs escaping."""
    return f"<QueueMessage><MessageText>{text}</MessageText></QueueMessage>".encode()


def _held(answer: bytes, text: str = "") -> list[Held]:
    found = Xml.fromstring(answer)  # noqa: S314 - the service's own answer, over TLS
    return [
        Held(
            one.findtext("MessageId", ""),
            one.findtext("PopReceipt", ""),
            one.findtext("MessageText", text),
            parsedate_to_datetime(one.findtext("InsertionTime", "")),
        )
        for one in found.iter("QueueMessage")
    ]
