"""Answers that are not true: of the shape of the true one, so that a step takes them for an answer.

Never here: when one is given (faults.py).
"""

import dataclasses
from collections.abc import Callable
from typing import Any

MARK = "rehearsed"
_OTHER: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (bool, lambda truth: not truth),
    ((int, float), lambda truth: truth + 1),
    (str, lambda truth: f"{MARK}-{truth}"),
    (list, lambda truth: [] if truth else [MARK]),
    (dict, lambda truth: {} if truth else {MARK: MARK}),
    (type(None), lambda _: MARK),
)


def contrary(truth: Any) -> Any:
    """Something else of the same type: the other boolean, the next number, nothing instead of something and the reverse."""
    if isinstance(truth, tuple):
        return tuple(map(contrary, truth))
    if dataclasses.is_dataclass(truth) and not isinstance(truth, type):
        first = dataclasses.fields(truth)[0].name
        return dataclasses.replace(truth, **{first: contrary(getattr(truth, first))})
    for kind, other in _OTHER:
        if isinstance(truth, kind):
            return other(truth)
    return truth


def in_place_of(truth: Any, said: Any) -> Any:
    """What is said, in the shape of the truth: fields of a record, entries of a mapping, a tuple instead of a list."""
    if dataclasses.is_dataclass(truth) and not isinstance(truth, type) and isinstance(said, dict):
        return dataclasses.replace(truth, **{name: in_place_of(getattr(truth, name), one) for name, one in said.items()})
    if isinstance(truth, tuple) and isinstance(said, list):
        return tuple(said)
    return said
