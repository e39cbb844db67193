"""Keys of DynamoDB items as keys of Azure table entities, and back.

Lives here: how a partition key and a sort key become PartitionKey and RowKey. Never here: other attributes.
Source: "Understanding the Table service data model" (characters that keys must not hold; 1 KiB each).
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from adapters.errors import AdapterError
from adapters.states.dynamodb_values import Item, Value, number_text

TableKey = tuple[str, str]
"""PartitionKey and RowKey."""
LONGEST = 512
"""UTF-16 units in a key (1 KiB)."""
_FORBIDDEN = re.compile("[/\\\\#?%\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class KeySchema:
    """Names and types (`S`, `N` or `B`) of the key attributes: the partition key, then the sort key if there is one."""

    attributes: Sequence[tuple[str, str]]

    @property
    def names(self) -> list[str]:
        """Names of the key attributes."""
        return [name for name, _ in self.attributes]

    def key_of(self, item: Item) -> Item:
        """The key attributes alone."""
        return {name: item[name] for name in self.names}

    def to_table(self, item: Item) -> TableKey:
        """PartitionKey and RowKey of an item; without a sort key RowKey is empty.

        Raises:
            AdapterError: `invalid`, the key is longer than Azure allows.
        """
        texts = [_to_text(item[name]) for name in self.names]
        if any(len(text.encode("utf-16-le")) > 2 * LONGEST for text in texts):
            raise AdapterError(
                "invalid",
                f"key {' / '.join(texts)[:200]}... is longer than the {LONGEST} characters that Azure tables allow",
                "Give the item a shorter key, or let this store stay in AWS.",
            )
        return texts[0], texts[1] if len(texts) > 1 else ""

    def from_table(self, key: TableKey) -> Item | None:
        """The key attributes of the entity's item; None when no item has that key."""
        if len(self.attributes) == 1 and key[1]:
            return None
        try:
            item = {name: _from_text(kind, text) for (name, kind), text in zip(self.attributes, key, strict=False)}
        except ValueError:
            return None
        return item if self.to_table(item) == (key if len(item) > 1 else (key[0], "")) else None


def from_shown(text: str) -> TableKey:
    """The key that `survey.shown` made a text of; neither part holds a slash."""
    partition, _, row = text.partition(" / ")
    return partition, row


def _to_text(value: Value) -> str:
    [(kind, content)] = value.items()
    if kind == "N":
        return number_text(content)
    text = base64.b64encode(bytes(content)).decode() if kind == "B" else str(content)
    return _FORBIDDEN.sub(lambda found: quote(found.group(), safe=""), text)


def _from_text(kind: str, text: str) -> Value:
    if kind == "N":
        return {"N": number_text(text)}
    plain = unquote(text, errors="strict")
    return {"B": base64.b64decode(plain, validate=True)} if kind == "B" else {"S": plain}
