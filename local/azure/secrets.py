"""The secrets of one vault: versions, soft delete, recovery. Values are in memory and in one file of mode 0600, never in a log.

Never here: HTTP (`vault.py`).
"""

import json
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from local.azure.errors import ArmError
from local.azure.store import Document, write_atomically

RECOVERABLE_DAYS = 90


def _absent(name: str) -> ArmError:
    return ArmError(404, "SecretNotFound", f"A secret with (name/id) {name} was not found in this key vault.")


class Secrets:
    """Secrets by name (case-insensitive); each has versions, the newest last."""

    def __init__(self, file: Path, base_url: str) -> None:
        self._file, self._base = file, base_url
        self._held: dict[str, Document] = json.loads(file.read_text()) if file.exists() else {}

    def set(self, name: str, body: Document) -> Document:
        """Add a version; its bundle.

        Raises:
            ArmError: 409 when a deleted secret holds the name, 400 without a value.
        """
        held = self._held.get(name.lower())
        if held and held["deleted"]:
            raise ArmError(
                409, "Conflict", f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be "
                "reused; in this state, the secret can only be recovered or purged.",
            )  # fmt: skip
        if not isinstance(body.get("value"), str):
            raise ArmError(400, "BadParameter", "The request body must have a string property 'value'.")
        now = int(time.time())
        version = {
            "version": uuid.uuid4().hex,
            "value": body["value"],
            "contentType": body.get("contentType"),
            "tags": body.get("tags") or {},
            "attributes": {"enabled": True, **_given(body), "created": now, "updated": now},
        }
        held = self._held.setdefault(name.lower(), {"name": name, "versions": [], "deleted": None})
        held["versions"].append(version)
        self._save()
        return self._bundle(held, version)

    def get(self, name: str, version: str = "") -> Document:
        """The bundle of a version, "" for the newest, with its value.

        Raises:
            ArmError: 404 SecretNotFound, 403 SecretDisabled.
        """
        held, found = self._find(name, version)
        if not found["attributes"]["enabled"]:
            raise ArmError(403, "Forbidden", "Operation get is not allowed on a disabled secret.")
        return self._bundle(held, found)

    def update(self, name: str, version: str, body: Document) -> Document:
        """Change attributes, tags or content type of a version; its bundle without the value."""
        held, found = self._find(name, version)
        found["attributes"].update(_given(body), updated=int(time.time()))
        for field in ("tags", "contentType"):
            if field in body:
                found[field] = body[field]
        self._save()
        return self._item(held, found)

    def newest(self) -> list[Document]:
        """The newest version of every secret, without values and version in the id."""
        return [self._item(held, held["versions"][-1], versioned=False) for held in self._alive()]

    def versions(self, name: str) -> list[Document]:
        """All versions of a secret, without values; none when there is no such secret."""
        held = self._held.get(name.lower())
        return [self._item(held, version) for version in held["versions"]] if held and not held["deleted"] else []

    def delete(self, name: str) -> Document:
        """Delete softly; the deleted bundle."""
        held, _ = self._find(name, "")
        now = int(time.time())
        held["deleted"] = {"deletedDate": now, "scheduledPurgeDate": now + RECOVERABLE_DAYS * 86400}
        self._save()
        return self.deleted(name)

    def deleted(self, name: str) -> Document:
        """A deleted secret's bundle, without the value.

        Raises:
            ArmError: 404 when no deleted secret has the name.
        """
        held = self._deleted(name)
        return {
            **self._item(held, held["versions"][-1]),
            **held["deleted"],
            "recoveryId": f"{self._base}/deletedsecrets/{held['name']}",
        }

    def all_deleted(self) -> list[Document]:
        """Every deleted secret."""
        return [self.deleted(held["name"]) for held in self._held.values() if held["deleted"]]

    def recover(self, name: str) -> Document:
        """Bring a deleted secret back; its newest version without the value."""
        held = self._deleted(name)
        held["deleted"] = None
        self._save()
        return self._item(held, held["versions"][-1])

    def purge(self, name: str) -> None:
        """Forget a deleted secret for ever."""
        self._deleted(name)
        del self._held[name.lower()]
        self._save()

    def _alive(self) -> Iterable[Document]:
        return [held for held in self._held.values() if not held["deleted"]]

    def _deleted(self, name: str) -> Document:
        held = self._held.get(name.lower())
        if held is None or not held["deleted"]:
            raise ArmError(404, "SecretNotFound", f"Deleted Secret not found: {name}")
        return held

    def _find(self, name: str, version: str) -> tuple[Document, Document]:
        held = self._held.get(name.lower())
        if held is None or held["deleted"]:
            raise _absent(name)
        found = next((one for one in held["versions"] if one["version"] == version), None) if version else held["versions"][-1]
        if found is None:
            raise _absent(f"{name}/{version}")
        return held, found

    def _item(self, held: Document, version: Document, *, versioned: bool = True) -> dict[str, Any]:
        attributes = {**version["attributes"], "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": RECOVERABLE_DAYS}
        number = f"/{version['version']}" if versioned else ""
        item = {"id": f"{self._base}/secrets/{held['name']}{number}", "attributes": attributes, "tags": version["tags"]}
        return {**item, "contentType": version["contentType"]} if version["contentType"] else item

    def _bundle(self, held: Document, version: Document) -> Document:
        return {"value": version["value"], **self._item(held, version)}

    def _save(self) -> None:
        write_atomically(self._file, json.dumps(self._held))


def _given(body: Document) -> Document:
    told = body.get("attributes") or {}
    return {name: told[name] for name in ("enabled", "nbf", "exp") if told.get(name) is not None}
