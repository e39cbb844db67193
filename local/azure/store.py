"""What the stand-in knows, kept in one JSON document so that a restart brings everything back.

Never here: secrets of the vault (`secrets.py`), package files (`packages.py`), processes.
"""

import json
import os
from pathlib import Path
from typing import Any

from local.azure.errors import group_not_found

Document = dict[str, Any]


def write_atomically(file: Path, text: str) -> None:
    """Replace a file so that a reader or a crash sees the old or the new text, never a part; mode 0600."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    draft.replace(file)


class Store:
    """Sections of one document; every key is lower case, because Azure's names are case-insensitive."""

    SECTIONS = ("groups", "resources", "settings", "packages", "deployments", "permissions")

    def __init__(self, file: Path) -> None:
        self._file = file
        held: Document = json.loads(file.read_text()) if file.exists() else {}
        self._document: dict[str, Document] = {name: held.get(name, {}) for name in self.SECTIONS}

    def get(self, section: str, key: str) -> Document | None:
        """A value, or None."""
        found: Document | None = self._document[section].get(key.lower())
        return found

    def put(self, section: str, key: str, value: Document) -> None:
        """Keep a value; on disk when this returns."""
        self._document[section][key.lower()] = value
        self._save()

    def remove(self, section: str, key: str) -> bool:
        """Forget a value; whether it was there."""
        there = self._document[section].pop(key.lower(), None) is not None
        if there:
            self._save()
        return there

    def items(self, section: str, prefix: str = "") -> list[tuple[str, Document]]:
        """Keys and values whose key begins with `prefix`, in the order they were first put."""
        return [(key, value) for key, value in self._document[section].items() if key.startswith(prefix.lower())]

    def group(self, name: str) -> Document:
        """A resource group's envelope.

        Raises:
            ArmError: 404 ResourceGroupNotFound.
        """
        found = self.get("groups", name)
        if found is None:
            raise group_not_found(name)
        return found

    def _save(self) -> None:
        write_atomically(self._file, json.dumps(self._document, indent=1))
