"""Zip one side of the sample; the same files always give the same bytes.

Lives here: packing. Never here: uploading or publishing (deploy.py, or the product).

Usage: `python -m examples.orders.package aws|azure TARGET.zip`
"""

import sys
import zipfile
from io import BytesIO
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
BRIDGE = FOLDER.parents[1] / "bridge"
"""The library by which the function app follows the state; it goes into the package."""
EPOCH = (1980, 1, 1, 0, 0, 0)
PACKED = (".py", ".json", "requirements.txt")
LEFT_OUT = ("local.settings.json",)


def pack(side: str) -> bytes:
    """The zip of `aws` (the Lambda handlers) or `azure` (the function app, with the bridge): infrastructure is left out."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, FOLDER / side, "")
        if side == "azure":
            _add(archive, BRIDGE, "bridge/")
    return target.getvalue()


def _add(archive: zipfile.ZipFile, folder: Path, prefix: str) -> None:
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name.endswith(PACKED) and path.name not in LEFT_OUT:
            entry = zipfile.ZipInfo(prefix + path.name, EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, path.read_bytes())


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(pack(sys.argv[1]))
