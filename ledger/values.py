"""How values are kept in a table: JSON text in a property, or in a blob when the text is long.

Lives here: the encoding of one value. Never here: which values are kept.
"""

import hashlib
import json
from typing import Any, Protocol

INLINE_LIMIT = 30_000
"""UTF-16 units; a string property holds 32,768 of them (Table service data model)."""
_REFERENCE = "blob:"


class Blobs(Protocol):
    """Where long values go."""

    def write(self, name: str, text: str) -> None:
        """Keep the text under this name; the same name always gets the same text."""

    def read(self, name: str) -> str:
        """The text kept under this name."""


def canonical(value: Any) -> str:
    """Compact JSON with sorted keys: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, as 64 hex digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def pack(value: Any, blobs: Blobs, folder: str) -> str:
    """The text to keep in a property; a long value is written to a blob first, named by its content."""
    text = canonical(value)
    if len(text.encode("utf-16-le")) <= 2 * INLINE_LIMIT:
        return text
    name = f"{folder}/{hashlib.sha256(text.encode()).hexdigest()}.json"
    blobs.write(name, text)
    return _REFERENCE + name


def unpack(text: str | None, blobs: Blobs) -> Any:
    """The value that `pack` kept; None for a property that was never written."""
    if not text:
        return None
    return json.loads(blobs.read(text.removeprefix(_REFERENCE)) if text.startswith(_REFERENCE) else text)
