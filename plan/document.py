"""Reading YAML (and so JSON) into plain data that knows on which line each value stands.

Lives here: syntax. Never here: what a plan must hold.

Scalars follow the core rules of YAML 1.2: only `true` and `false` are booleans (the field `on` stays a word), dates stay text,
and a number with leading zeros stays text (an account id).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from plan.problems import Finding, Path, Problem, dotted, shortened

MAX_CHARACTERS = 1_000_000
MAX_VALUES = 20_000
"""Values of a plan after its anchors are expanded: a bound on what a small text can blow up to."""
MAX_DEPTH = 40

_TAG = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):
    """A safe loader with the scalar rules of YAML 1.2."""

    yaml_implicit_resolvers = {}


for _name, _pattern, _first in (
    ("null", r"(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", list("-0123456789")),
    ("merge", r"<<$", ["<"]),
):
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(_pattern), _first)


@dataclass
class Document:
    """Plain data, and for each path in it the line and the column (from 1) where it stands."""

    origin: str
    data: object = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def problem(self, finding: Finding) -> Problem:
        """The finding with its place: of the value itself, else of the nearest thing around it."""
        for length in range(len(finding.path), -1, -1):
            if place := self.places.get(finding.path[:length]):
                return Problem(self.origin, *place, dotted(finding.path), finding.what, finding.mend)
        return Problem(self.origin, None, None, dotted(finding.path), finding.what, finding.mend)


def read_document(text: str, origin: str) -> Document:
    """The text as data; syntax errors are findings of the document, and then there may be no data."""
    document = Document(origin, places={(): (1, 1)})
    if len(text) > MAX_CHARACTERS:
        document.findings.append(
            Finding((), f"the plan has more than {MAX_CHARACTERS} characters", "Keep data out of the plan")
        )
        return document
    try:
        node = yaml.compose(text, Loader=_Loader)
        document.data = None if node is None else _Reader(document).value(node, (), ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark:
            document.places[()] = (mark.line + 1, mark.column + 1)
        document.findings.append(Finding((), f"not valid YAML: {error.problem or error.context}", "Mend the syntax"))
    except yaml.YAMLError as error:
        document.findings.append(Finding((), f"not valid YAML: {shortened(str(error))}", "Remove the character"))
    except RecursionError:
        document.findings.append(Finding((), "the plan is nested too deeply", f"Use at most {MAX_DEPTH} levels"))
    except _TooLarge as error:
        document.findings.append(Finding((), str(error), "Write the values out, with fewer anchors"))
    else:
        if not isinstance(document.data, dict) and not document.findings:
            document.findings.append(Finding((), "the plan is not a mapping of fields", "Begin with `version: 1`"))
    return document


class _TooLarge(Exception):
    """The bounds of a plan are exceeded."""


class _Reader:
    """Turns nodes into data, counting what it makes."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._count = 0

    def value(self, node: yaml.Node, path: Path, around: tuple[int, ...]) -> object:
        """The node's data; `around` are the ids of the nodes it stands in, to refuse a node that holds itself."""
        self._counted()
        if id(node) in around or len(around) > MAX_DEPTH:
            raise _TooLarge("an anchor holds itself, or the plan is nested too deeply")
        self._document.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        inside = (*around, id(node))
        if isinstance(node, yaml.MappingNode):
            return {key: self.value(child, (*path, key), inside) for key, child in self._fields(node, path).items()}
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, index), inside) for index, child in enumerate(node.value)]
        return self._scalar(node, path)

    def _fields(self, node: yaml.MappingNode, path: Path, depth: int = 0) -> dict[str, yaml.Node]:
        """The children by key; a key written here wins over one that is merged in with `<<`."""
        if depth > MAX_DEPTH:
            raise _TooLarge("merged anchors are nested too deeply")
        own: dict[str, yaml.Node] = {}
        merged: dict[str, yaml.Node] = {}
        for key, child in node.value:
            self._counted()
            here = (*path, str(key.value))
            if key.tag == _TAG + "merge":
                for source in self._merged_from(child, path):
                    merged = {**self._fields(source, path, depth + 1), **merged}
            elif not isinstance(key, yaml.ScalarNode):
                self._find(path, "a key is not a word", "Use plain words as keys")
            elif key.value in own:
                line = own[key.value].start_mark.line + 1
                self._find(here, f"the key stands twice (first on line {line})", "Keep one of the two")
                self._document.places[here] = (key.start_mark.line + 1, key.start_mark.column + 1)
            else:
                own[key.value] = child
                place = (key.start_mark.line + 1, key.start_mark.column + 1)
                self._document.places[here] = self._document.places.get(here, place) if depth else place
        return {**merged, **own}

    def _merged_from(self, node: yaml.Node, path: Path) -> Iterator[yaml.MappingNode]:
        for source in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            if isinstance(source, yaml.MappingNode):
                yield source
            else:
                self._find(path, "`<<` merges something that is not a mapping", "Refer to an anchor of a mapping")

    def _scalar(self, node: yaml.Node, path: Path) -> object:
        text = str(node.value)
        match node.tag.removeprefix(_TAG):
            case "str" | "merge":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                return int(text) if len(text) < 40 else text
            case "float":
                return float(text)
            case _:
                self._find(path, f"the tag {shortened(node.tag)} is not allowed", "Write the value without a tag")
                return None

    def _counted(self) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            raise _TooLarge(f"the plan has more than {MAX_VALUES} values once its anchors are expanded")

    def _find(self, path: Path, what: str, mend: str) -> None:
        self._document.findings.append(Finding(path, what, mend))
