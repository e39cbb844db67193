"""Objects as both clouds keep them: bytes, HTTP properties and metadata.

Lives here: the value, and metadata names that Azure does not allow. Never here: calls (s3_side.py, blob_side.py).
Source: "Setting and retrieving properties and metadata for Blob Storage" (names are C# identifiers), S3 "Working with object
metadata" (names are lower case). Names that are no identifiers are written as .NET's XmlConvert does, as the migration's copy
does it: `order-id` is `order_x002d_id`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

_NOT_ALLOWED = re.compile(r"_(?=x[0-9a-f]{4}_)|^[0-9]|[^A-Za-z0-9_]", re.ASCII)
_ESCAPED = re.compile(r"_x([0-9a-f]{4})_")
KEPT_ETAG = "dayzero_etag"
"""Metadata that the copy leaves on some blobs; it is no part of the document."""
PROPERTIES = ("content_type", "content_encoding", "content_language", "content_disposition", "cache_control")


@dataclass(frozen=True)
class Document:
    """An object, whole in memory. Metadata names are lower case, as S3 keeps them."""

    content: bytes
    content_type: str = "application/octet-stream"
    metadata: Mapping[str, str] = field(default_factory=dict)
    content_encoding: str = ""
    content_language: str = ""
    content_disposition: str = ""
    cache_control: str = ""


def digest(document: Document | None) -> str:
    """SHA-256, in hex: equal on both sides for equal documents; "" for none."""
    if document is None:
        return ""
    told = asdict(document) | {"content": hashlib.sha256(document.content).hexdigest()}
    told["metadata"] = {name.lower(): value for name, value in document.metadata.items()}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def to_azure_name(name: str) -> str:
    """The name of metadata as Azure allows it."""
    return _NOT_ALLOWED.sub(lambda found: f"_x{ord(found.group()):04x}_", name.lower())


def from_azure_name(name: str) -> str:
    """The opposite of `to_azure_name`."""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), name.lower())
