"""What a deployment would change: one WhatIfChange a resource, with a delta by property.

Source: "ARM template deployment what-if operation" for the change types. Never here: making any change.
"""

from collections.abc import Iterator
from typing import Any

from local.azure.evaluation import Later
from local.azure.ids import ResourceId
from local.azure.resources import Resources
from local.azure.store import Document


def change(resources: Resources, rid: ResourceId, body: Document) -> Document:
    """The change that putting `body` would make; expressions that are not worked out yet count as no change."""
    stored = resources.find(rid)
    named = {"id": str(rid), "name": rid.full_name, "type": rid.type, "resourceGroup": rid.group}
    if stored is None:
        resources.plan(rid, body)
        return {"resourceId": str(rid), "changeType": "Create", "after": {**named, **body}}
    before = resources.kind(rid).comparable(rid, stored)
    delta = list(_object(_ordered(before), _ordered(body), ""))
    told = {"resourceId": str(rid), "before": before, "after": {**before, **body}, "delta": delta}
    return {**told, "changeType": "Modify" if delta else "NoChange"}


def untouched(envelope: Document, *, complete: bool) -> Document:
    """The change of a resource of the group that the template does not have."""
    kind = "Delete" if complete else "Ignore"
    return {"resourceId": envelope["id"], "changeType": kind, "before": envelope}


def _ordered(part: Any) -> Any:
    """The same with lists of {name, ...} (app settings) in the order of the names: their order means nothing."""
    if isinstance(part, dict):
        return {name: _ordered(value) for name, value in part.items()}
    if isinstance(part, list) and all(isinstance(item, dict) and "name" in item for item in part):
        return sorted(part, key=lambda item: str(item["name"]))
    return part


def _same(name: str, before: Any, after: Any) -> bool:
    if isinstance(after, Later):
        return True
    if name == "location":
        return str(before).replace(" ", "").lower() == str(after).replace(" ", "").lower()
    return bool(before == after)


def _object(before: Document, after: Document, path: str) -> Iterator[Document]:
    for name, value in after.items():
        here = f"{path}.{name}" if path else name
        if name not in before:
            if not isinstance(value, Later):
                yield {"path": here, "propertyChangeType": "Create", "before": None, "after": value}
        elif isinstance(value, dict) and isinstance(before[name], dict):
            yield from _object(before[name], value, here)
        elif isinstance(value, list) and isinstance(before[name], list):
            children = list(_array(before[name], value))
            if children:
                yield {
                    "path": here,
                    "propertyChangeType": "Array",
                    "before": before[name],
                    "after": value,
                    "children": children,
                }
        elif not _same(name, before[name], value):
            yield {"path": here, "propertyChangeType": "Modify", "before": before[name], "after": value}


def _array(before: list[Any], after: list[Any]) -> Iterator[Document]:
    if all(isinstance(item, dict) and "name" in item for item in (*before, *after)):
        yield from _named(before, after)
        return
    for at in range(max(len(before), len(after))):
        if at >= len(before):
            yield {"path": str(at), "propertyChangeType": "Create", "before": None, "after": after[at]}
        elif at >= len(after):
            yield {"path": str(at), "propertyChangeType": "Delete", "before": before[at], "after": None}
        elif not _same("", before[at], after[at]):
            yield {"path": str(at), "propertyChangeType": "Modify", "before": before[at], "after": after[at]}


def _named(before: list[Document], after: list[Document]) -> Iterator[Document]:
    """Elements matched by their name; the path is the position among all names."""
    old, new = ({str(item["name"]): item for item in items} for items in (before, after))
    for at, name in enumerate(sorted({*old, *new})):
        if name not in old:
            yield {"path": str(at), "propertyChangeType": "Create", "before": None, "after": new[name]}
        elif name not in new:
            yield {"path": str(at), "propertyChangeType": "Delete", "before": old[name], "after": None}
        else:
            children = list(_object(old[name], new[name], ""))
            if children:
                yield {
                    "path": str(at),
                    "propertyChangeType": "Modify",
                    "before": old[name],
                    "after": new[name],
                    "children": children,
                }
