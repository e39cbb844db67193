"""What is told about an object besides its bytes, in a form that S3 objects and blobs share.

Lives here: the comparison of objects, and metadata names that Azure does not allow. Never here: calls.
Source: "Setting and retrieving properties and metadata for Blob Storage" (names are C# identifiers), S3 "Working with object
metadata" (names are lower case).

A metadata name that is no C# identifier is written as .NET's XmlConvert does: each character that is not allowed becomes
`_xHHHH_` with its code (`order-id` is `order_x002d_id`), and an underscore that begins such a sequence is itself written so.
S3's `Expires` header has no counterpart in Azure and is not carried over.

Where an ETag of S3 is no MD5, the copied blob keeps it as metadata `dayzero_etag`, so that listings alone tell whether the
object is still the same. It is no part of the object: comparisons and the way back leave it out.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from adapters.states.dynamodb_values import compact

_NOT_ALLOWED = re.compile(r"_(?=x[0-9a-f]{4}_)|^[0-9]|[^A-Za-z0-9_]", re.ASCII)
_ESCAPED = re.compile(r"_x([0-9a-f]{4})_")


@dataclass(frozen=True)
class Facts:
    """Size in bytes, MD5 in hex (None: not known without reading it), HTTP properties, metadata under S3's names.

    `etag`: of the S3 object, where it is no MD5; it takes no part in comparisons.
    """

    size: int
    md5: str | None
    content_type: str = ""
    content_encoding: str = ""
    content_language: str = ""
    content_disposition: str = ""
    cache_control: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = field(default=None, compare=False)

    @property
    def text(self) -> str:
        """Equal for equal objects."""
        told = asdict(self)
        del told["etag"]
        return compact(told)


KEPT_ETAG = "dayzero_etag"
PROPERTIES = ("content_type", "content_encoding", "content_language", "content_disposition", "cache_control")


def from_headers(headers: Mapping[str, str], prefix: str, *, size: int, md5: str | None) -> Facts:
    """Facts in the headers of an answer.

    Args:
        prefix: of metadata headers, such as `x-amz-meta-`.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    properties = {name: lower.get(name.replace("_", "-"), "") for name in PROPERTIES}
    metadata = {name[len(prefix) :]: value for name, value in lower.items() if name.startswith(prefix)}
    return Facts(size, md5, **properties, metadata=metadata)


def to_azure_name(name: str) -> str:
    """The name of S3 metadata as Azure allows it."""
    return _NOT_ALLOWED.sub(lambda found: f"_x{ord(found.group()):04x}_", name)


def from_azure_name(name: str) -> str:
    """The opposite of `to_azure_name`, in lower case as S3 has it."""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), name.lower())
