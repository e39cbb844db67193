"""A template made ready: parameters checked, resources with their ids and what each depends on.

Never here: expressions (`evaluation.py`), the effect of a resource (`resources.py`).
Source: "Understand the structure and syntax of ARM templates".
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from local.azure.evaluation import Evaluation, invalid
from local.azure.ids import ResourceId
from local.azure.settings import Settings
from local.azure.store import Document
from local.azure.versions import check_version

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str, "securestring": str, "int": int, "bool": bool, "object": dict, "secureobject": dict, "array": list,
}  # fmt: skip
_UNSUPPORTED = {"copy": "loops"}
_NOT_BODY = {"name", "type", "apiVersion", "dependsOn", "condition", "resources", "scope", "comments", "metadata"}


@dataclass(frozen=True)
class Declared:
    """One resource of a template, its properties not worked out yet."""

    rid: ResourceId
    body: Document
    path: str
    after: frozenset[str]
    """Keys of the resources that come first."""


def read_parameters(template: Document, given: Document, evaluation: Evaluation) -> None:
    """Check the values and put them, completed by defaults, into the evaluation.

    Args:
        template: the template.
        given: as a parameter file has them: {name: {"value": ...}}.
        evaluation: gets the parameters and the variables.

    Raises:
        ArmError: 400 InvalidTemplate, naming the parameter.
    """
    declared: Document = template.get("parameters", {})
    evaluation.variables = template.get("variables", {})
    unknown = sorted(set(given) - set(declared))
    if unknown:
        names = ", ".join(unknown)
        raise invalid(
            f"The template parameters '{names}' in the parameters file are not valid; "
            "they are not present in the original template"
        )
    for name, rule in declared.items():
        if name in given:
            value = given[name].get("value") if isinstance(given[name], dict) else given[name]
        elif "defaultValue" in rule:
            value = evaluation.value(rule["defaultValue"], f"parameters.{name}.defaultValue")
        else:
            raise invalid(f"The value for the template parameter '{name}' is not provided: give it a value or a defaultValue")
        _check(name, rule, value)
        evaluation.parameters[name] = value


def _check(name: str, rule: Document, value: Any) -> None:
    kind = str(rule.get("type", "")).lower()
    if kind not in _TYPES:
        raise invalid(f"The template parameter '{name}' has the unknown type '{rule.get('type')}'")
    if not isinstance(value, _TYPES[kind]) or (kind == "int" and isinstance(value, bool)):
        raise invalid(f"The provided value for the template parameter '{name}' is not of type '{rule['type']}'")
    if "allowedValues" in rule and value not in rule["allowedValues"]:
        allowed = ", ".join(map(str, rule["allowedValues"]))
        raise invalid(f"The provided value for the template parameter '{name}' is not part of the allowed values '{allowed}'")
    if isinstance(value, str | list) and not rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", len(value)):
        raise invalid(f"The length of the value for the template parameter '{name}' is not within minLength and maxLength")


def read_resources(template: Document, settings: Settings, group: str, evaluation: Evaluation) -> list[Declared]:
    """The resources that are to be deployed, children written inside others included.

    Raises:
        ArmError: 400 InvalidTemplate or NoRegisteredProviderFound.
    """
    if not isinstance(template.get("resources"), list) or "contentVersion" not in template:
        raise invalid("'contentVersion' and 'resources' (an array) are required")
    flat = list(_flatten(template["resources"], "resources", "", ""))
    found: list[tuple[ResourceId, Document, str]] = []
    for raw, path, kind, name in flat:
        if "condition" in raw and not evaluation.value(raw["condition"], f"{path}.condition"):
            continue
        names = str(evaluation.value(name, f"{path}.name"))
        rid = _identify(settings, group, kind, names, path)
        if "scope" in raw:
            scope = str(evaluation.value(raw["scope"], f"{path}.scope"))
            rid = replace(rid, scope=scope if scope.startswith("/") else f"{rid.scope}/providers/{scope}")
        version = raw.get("apiVersion")
        check_version(version, rid.namespace.lower(), "/".join(rid.types), settings.location)
        found.append((rid, raw, path))
        evaluation.names[names.lower()] = rid
    known = {rid.key: rid for rid, _, _ in found}
    by_name = {rid.full_name.lower(): rid.key for rid in known.values()}
    declared = []
    for rid, raw, path in found:
        wanted = [str(evaluation.value(text, f"{path}.dependsOn")).lower() for text in raw.get("dependsOn", [])]
        after = frozenset(by_name.get(text, text) for text in wanted)
        unknown = sorted(after - known.keys())
        if unknown and any("/providers/" not in text for text in unknown):
            raise invalid(f"The resource '{unknown[0]}' that '{path}' depends on is not defined in the template")
        body = {name: value for name, value in raw.items() if name not in _NOT_BODY}
        declared.append(Declared(rid, body, path, after & known.keys()))
    return declared


def _flatten(resources: list[Document], path: str, kind: str, name: str) -> Iterator[tuple[Document, str, str, str]]:
    """Each resource with its path, full type and full name (an expression, if it is one)."""
    for at, raw in enumerate(resources):
        here = f"{path}[{at}]"
        for word, what in _UNSUPPORTED.items():
            if word in raw:
                raise invalid(f"'{word}' at '{here}' is not supported: this stand-in has no {what}")
        if not isinstance(raw.get("type"), str) or not isinstance(raw.get("name"), str):
            raise invalid(f"The template resource at '{here}' needs 'type' and 'name'")
        own_kind = f"{kind}/{raw['type']}" if kind and not raw["type"].lower().startswith(kind.lower()) else raw["type"]
        if own_kind.lower() == "microsoft.resources/deployments":
            raise invalid(f"Nested deployments ('{here}') are not supported by this stand-in")
        own_name = raw["name"]
        if kind and own_kind != raw["type"]:
            own_name = f"[concat({_inner(name)}, '/', {_inner(own_name)})]"
        yield raw, here, own_kind, own_name
        yield from _flatten(raw.get("resources", []), f"{here}.resources", own_kind, own_name)


def _inner(text: str) -> str:
    """A name as a part of an expression."""
    if text.startswith("[") and not text.startswith("[["):
        return text[1:-1]
    return "'" + text.replace("'", "''") + "'"


def _identify(settings: Settings, group: str, kind: str, name: str, path: str) -> ResourceId:
    namespace, *types = kind.split("/")
    names = name.split("/")
    if len(types) != len(names) or not all(names):
        raise invalid(
            f"The template resource '{name}' of type '{kind}' at '{path}' has incorrect segment lengths: a nested resource "
            "type must have as many name segments as type segments"
        )
    scope = f"/subscriptions/{settings.subscription}/resourceGroups/{group}"
    return ResourceId(settings.subscription, group, scope, namespace, tuple(types), tuple(names))
