"""The package of the forwarder: the files of `adapters/forwarder` in a zip whose bytes are always the same.

Never here: publishing it (`forwarder_version.py`).
"""

import base64
import hashlib
import io
import zipfile
from functools import cache
from pathlib import Path

HANDLER = "adapters.forwarder.handler.handler"
"""Tells a forwarder's version from all others."""
RUNTIME = "python3.13"
_FOLDER = Path(__file__).resolve().parents[1] / "forwarder"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


@cache
def package() -> bytes:
    """The zip; stored and not compressed, since compressors differ."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        files = {f"adapters/forwarder/{path.name}": path.read_bytes() for path in sorted(_FOLDER.glob("*.py"))}
        for name, content in {"adapters/__init__.py": b"", **files}.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def code_hash(content: bytes) -> str:
    """The hash of a zip as Lambda reports it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
