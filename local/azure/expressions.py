"""Template language expressions: read into a tree, and worked out with whatever functions are given.

Source: "ARM template syntax and expressions". Never here: what any function means (`template_functions.py`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<name>[A-Za-z_]\w*)|(?P<mark>[()\[\],.]))")


class ExpressionError(Exception):
    """An expression that cannot be read or worked out; the message says why."""


class Unresolved(Exception):
    """The value is known only once something has been deployed."""


@dataclass(frozen=True)
class Literal:
    """A string or a number."""

    value: str | int


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True)
class Member:
    """A property or an element of something."""

    of: "Node"
    key: "Node"


Node = Literal | Call | Member
Function = Callable[[Sequence[Any]], Any]


def is_expression(text: str) -> bool:
    """Whether a string of a template is an expression: `[...]`, but not `[[...`, which is a literal bracket."""
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


def literal(text: str) -> str:
    """A string that is no expression, its doubled bracket undone."""
    return text[1:] if text.startswith("[[") else text


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None:
                raise ExpressionError(f"unexpected character '{text[at:].strip()[0]}' in expression '{text}'")
            self._tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
            at = found.end()
        self._at = 0

    def whole(self) -> Node:
        node = self._node()
        if self._at < len(self._tokens):
            raise ExpressionError(f"unexpected '{self._tokens[self._at][1]}' in expression '{self._text}'")
        return node

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise ExpressionError(f"the expression '{self._text}' ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _peek(self, mark: str) -> bool:
        there = self._at < len(self._tokens) and self._tokens[self._at] == ("mark", mark)
        self._at += there
        return there

    def _node(self) -> Node:
        kind, token = self._next()
        node: Node
        if kind == "text":
            node = Literal(token[1:-1].replace("''", "'"))
        elif kind == "number":
            node = Literal(int(token))
        elif kind == "name" and self._peek("("):
            node = Call(token, self._arguments())
        else:
            raise ExpressionError(
                f"a function, a string or a number is expected instead of '{token}' in expression '{self._text}'"
            )
        while True:
            if self._peek("."):
                node = Member(node, Literal(self._next()[1]))
            elif self._peek("["):
                node = Member(node, self._node())
                self._close("]")
            else:
                return node

    def _arguments(self) -> tuple[Node, ...]:
        if self._peek(")"):
            return ()
        found = [self._node()]
        while self._peek(","):
            found.append(self._node())
        self._close(")")
        return tuple(found)

    def _close(self, mark: str) -> None:
        if not self._peek(mark):
            raise ExpressionError(f"'{mark}' is missing in expression '{self._text}'")


def read(text: str) -> Node:
    """The tree of `[...]`.

    Raises:
        ExpressionError: it is not well formed.
    """
    return _Reader(text[1:-1]).whole()


def work_out(node: Node, function: Callable[[str], Function]) -> Any:
    """The value of a tree; `if` works out only the branch that is taken.

    Args:
        node: what `read` gave.
        function: finds a function by name; raises ExpressionError for an unknown one.
    """
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Call):
        if node.name.lower() == "if" and len(node.arguments) == 3:
            chosen = node.arguments[1] if work_out(node.arguments[0], function) else node.arguments[2]
            return work_out(chosen, function)
        found = function(node.name)
        return found([work_out(argument, function) for argument in node.arguments])
    return _member(work_out(node.of, function), work_out(node.key, function))


def _member(value: Any, key: Any) -> Any:
    if isinstance(value, dict):
        for name, held in value.items():
            if name.lower() == str(key).lower():
                return held
        available = ", ".join(value)
        raise ExpressionError(f"the language expression property '{key}' doesn't exist, available properties are '{available}'")
    if isinstance(value, list | str) and isinstance(key, int) and -1 < key < len(value):
        return value[key]
    raise ExpressionError(f"the language expression property '{key}' can't be evaluated")
