"""How a message of SQS is written as a message of Azure Queue Storage, and back.

A message without attributes keeps its body as it is, so that the migrated app sees what it saw. One with attributes becomes
the JSON object {"body": ..., "attributes": {name: {"DataType", "StringValue" or "BinaryValue" in base64}}}; so does a body
that itself looks like such an envelope, with empty attributes, so that it is not taken for one. The text is then
base64-encoded, as the Functions host expects it (host.json, queues.messageEncoding). Never here: calls.
"""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

LARGEST = 64 * 1024
"""Bytes of a message in Queue Storage, after base64. Source: "Scalability and performance targets for Queue Storage"."""


@dataclass(frozen=True)
class Message:
    """A body and SQS message attributes in boto3's form."""

    body: str
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)


def encode(message: Message) -> str:
    """The message text for Queue Storage, in base64."""
    text = message.body
    if message.attributes or _envelope(text) is not None:
        attributes = {name: _to_json(value) for name, value in sorted(message.attributes.items())}
        text = json.dumps({"body": message.body, "attributes": attributes}, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def decode(text: str) -> Message:
    """The message in a text of Queue Storage; a text that is not base64 of UTF-8 is taken as it is."""
    try:
        plain = base64.b64decode(text, validate=True).decode()
    except ValueError:
        plain = text
    envelope = _envelope(plain)
    if envelope is None:
        return Message(plain)
    return Message(envelope["body"], {name: _from_json(value) for name, value in envelope["attributes"].items()})


def _envelope(text: str) -> dict[str, Any] | None:
    if not text.startswith('{"body":'):
        return None
    try:
        content = json.loads(text)
    except ValueError:
        return None
    return content if content.keys() == {"body", "attributes"} and isinstance(content["attributes"], dict) else None


def _to_json(value: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: value[name] for name in ("DataType", "StringValue") if name in value}
    if "BinaryValue" in value:
        kept["BinaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return kept


def _from_json(value: dict[str, Any]) -> dict[str, Any]:
    return {name: base64.b64decode(one) if name == "BinaryValue" else one for name, one in value.items()}
