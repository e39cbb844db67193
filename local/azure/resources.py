"""Resources of every type: validated, kept and given effect by the kind that knows their type; unknown types are recorded.

The operations that all types share. Never here: what a site, a vault or a storage account is.
"""

from collections.abc import Mapping
from typing import Any

from local.azure.errors import ArmError, bad_content, not_found
from local.azure.ids import ResourceId
from local.azure.store import Document, Store

_ENVELOPE = ("location", "kind", "tags", "sku", "identity", "zones")


class Kind:
    """How a resource type behaves. This base records what it is given."""

    tracked = False
    """Whether it lives in a location (`location` is required) and is listed in its group."""

    def complete(self, rid: ResourceId, body: Document, before: Document | None) -> Document:  # noqa: ARG002  kinds use it
        """The envelope that a request leads to, defaults filled in; nothing happens yet.

        Raises:
            ArmError: the body is not acceptable.
        """
        return {**(before or {}), **{name: body[name] for name in _ENVELOPE if body.get(name) is not None}, "properties": {
            **((before or {}).get("properties", {})), **(body.get("properties") or {}), "provisioningState": "Succeeded",
        }}  # fmt: skip

    async def apply(self, rid: ResourceId, envelope: Document, body: Document) -> None:
        """Make it so in the world; the envelope has been stored."""

    async def remove(self, rid: ResourceId) -> None:
        """Undo the effect; the envelope has been forgotten."""

    def present(self, rid: ResourceId, envelope: Document) -> Document:  # noqa: ARG002  kinds use it
        """What a GET returns."""
        return envelope

    def comparable(self, rid: ResourceId, envelope: Document) -> Document:
        """What a template can say of it, for what-if."""
        return self.present(rid, envelope)


class TrackedKind(Kind):
    """A type that lives in a location and has no effect here."""

    tracked = True


class Resources:
    """All resources, by id."""

    def __init__(self, store: Store, kinds: Mapping[str, Kind]) -> None:
        self._store = store
        self._names = list(kinds)
        self._kinds = {name.lower(): kind for name, kind in kinds.items()}

    def types(self) -> list[str]:
        """The names of all types that are known."""
        return self._names

    def kind(self, rid: ResourceId) -> Kind:
        """Who knows the type."""
        return self._kinds.get(rid.type.lower()) or Kind()

    def find(self, rid: ResourceId) -> Document | None:
        """The stored envelope, or None."""
        return self._store.get("resources", rid.key)

    def get(self, rid: ResourceId) -> Document:
        """What a GET returns.

        Raises:
            ArmError: 404 of the group or the resource.
        """
        self._store.group(rid.group)
        envelope = self.find(rid)
        if envelope is None:
            raise not_found(str(rid), rid.group)
        return self.kind(rid).present(rid, envelope)

    def plan(self, rid: ResourceId, body: Document) -> Document:
        """The envelope that `put` would store.

        Raises:
            ArmError: 404 of the group or the parent, 400 of the body.
        """
        self._store.group(rid.group)
        kind, before = self.kind(rid), self.find(rid)
        if not isinstance(body.get("properties") or {}, dict):
            raise bad_content("'properties' must be an object")
        if kind.tracked and before is None and not body.get("location"):
            raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
        named = {"id": str(rid), "name": rid.name, "type": rid.type}
        return {**named, **kind.complete(rid, body, before), **named}

    async def put(self, rid: ResourceId, body: Document) -> Document:
        """Create or update; what a GET returns afterwards.

        Raises:
            ArmError: as `plan`, and 404 when the parent is not there.
        """
        envelope = self.plan(rid, body)
        parent = self._known_parent(rid)
        if parent is not None and self.find(parent) is None:
            raise ArmError(
                404, "ParentResourceNotFound", f"Failed to perform 'write' on resource(s) of type '{'/'.join(rid.types)}', "
                f"because the parent resource '{parent}' could not be found.",
            )  # fmt: skip
        self._store.put("resources", rid.key, envelope)
        await self.kind(rid).apply(rid, envelope, body)
        return self.kind(rid).present(rid, envelope)

    def _known_parent(self, rid: ResourceId) -> ResourceId | None:
        """The nearest parent whose type is known; types in between (`blobServices/default`) are always there."""
        parent = rid.parent
        while parent is not None and parent.type.lower() not in self._kinds:
            parent = parent.parent
        return parent

    async def delete(self, rid: ResourceId) -> bool:
        """Delete it and its children; whether it was there."""
        below = [ResourceId.parse(envelope["id"]) for _, envelope in self._store.items("resources", rid.key + "/")]
        for child in reversed(below):
            if self._store.remove("resources", child.key):
                await self.kind(child).remove(child)
        if not self._store.remove("resources", rid.key):
            return False
        await self.kind(rid).remove(rid)
        return True

    def tracked(self, scope: str) -> list[Document]:
        """What is listed in a group or a subscription: the tracked resources, without properties."""
        found = []
        for _, envelope in self._store.items("resources", scope.rstrip("/") + "/"):
            rid = ResourceId.parse(envelope["id"])
            if len(rid.names) == 1 and "/providers/" not in rid.scope and envelope.get("location"):
                found.append({name: value for name, value in envelope.items() if name != "properties"})
        return found

    def of_type(self, scope: str, kind: str) -> list[dict[str, Any]]:
        """The resources of one type below a scope, as GET returns them."""
        chosen = [
            envelope
            for _, envelope in self._store.items("resources", scope.rstrip("/") + "/")
            if envelope["type"].lower() == kind.lower()
        ]
        return [self.kind(rid).present(rid, envelope) for envelope in chosen for rid in [ResourceId.parse(envelope["id"])]]
