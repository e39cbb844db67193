"""Zip one side of the sample; the same files always give the same bytes.

Lives here: packing. Never here: uploading or publishing (deploy.py, or the product).

Usage: `python -m examples.orders.package aws|azure TARGET.zip`
"""

import sys
import zipfile
from io import BytesIO
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
EPOCH = (1980, 1, 1, 0, 0, 0)
PACKED = (".py", ".json", "requirements.txt")
LEFT_OUT = ("local.settings.json",)


def pack(side: str) -> bytes:
    """The zip of `aws` (the Lambda handlers) or `azure` (the function app): files at its root, infrastructure left out."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((FOLDER / side).iterdir()):
            if path.is_file() and path.name.endswith(PACKED) and path.name not in LEFT_OUT:
                entry = zipfile.ZipInfo(path.name, EPOCH)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(entry, path.read_bytes())
    return target.getvalue()


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(pack(sys.argv[1]))
