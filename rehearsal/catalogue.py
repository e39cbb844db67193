"""The catalogue of failure modes: `catalogue.yaml` as models, with errors that name the entry.

Lives here: the shape and its loading. Never here: a failure mode (the file), breaking anything (faults.py).
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from plan.fields import Name, Part
from plan.model import Strategy
from rehearsal.injection import Injection

FILE = Path(__file__).with_name("catalogue.yaml")
End = Literal["migrated", "got-through", "detected-in-preflight", "failed-back", "needs-operator"]
EVERY = "*"
ACTS = ("note_source", "open_gate", "flow_deltas", "begin_failback", "end_failback")
"""Acts between steps that ask the clouds."""


class CatalogueError(Exception):
    """The catalogue cannot be used; the text names the entry and what is wrong with it."""


class Unproducible(Part):
    """A failure mode that a rehearsal on the embedded environment cannot produce."""

    because: Name
    """Why."""
    found_by: Name
    """The check that would find it, or what a person has to look at."""


class Mode(Part):
    """One way to fail."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    """What cells and commands call it."""
    number: Annotated[int, Field(ge=1)] | None = None
    """Its number in the list of known failure modes; none for the general ones."""
    symptom: Name
    """What is seen, and why it happens."""
    strategies: list[Strategy] = ["planned-downtime", "minimized-downtime", "zero-downtime"]
    """Strategies in which it may happen."""
    steps: list[str] = [EVERY]
    """Steps, or acts between steps, at which it is rehearsed; `*`: every step with a way back, and if it passes by itself,
    every step after `finalize` as well."""
    only_changing: bool = False
    """Not at steps that only look: nothing of theirs could be met."""
    inject: list[Injection] = []
    """What is broken to produce it."""
    not_here: Unproducible | None = None
    """Instead of `inject`."""
    detection: Name
    """What finds it."""
    ends: list[End] = []
    """Ends that are right; any of them."""

    @property
    def passes(self) -> bool:
        """Whether it ends by itself, so that one run can meet it at each of its steps and get through."""
        return bool(self.inject) and all(one.times is not None for one in self.inject) and "got-through" in self.ends

    @model_validator(mode="after")
    def _one_or_the_other(self) -> "Mode":
        if bool(self.inject) == (self.not_here is not None):
            raise ValueError("give either 'inject' or 'not_here'")
        if self.inject and not self.ends:
            raise ValueError("a mode that is injected names the ends that are right")
        return self


class Catalogue(Part):
    """All of them."""

    ask_nothing: list[str] = []
    """Steps that make no call: there is nothing to break."""
    only_look: list[str] = []
    """Steps that change nothing."""
    modes: Annotated[list[Mode], Field(min_length=1)]
    """In the order in which they are rehearsed."""

    @model_validator(mode="after")
    def _named_once(self) -> "Catalogue":
        names = [mode.id for mode in self.modes]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"the id {twice[0]} stands twice")
        return self

    def mode(self, name: str) -> Mode:
        """The mode of that id.

        Raises:
            CatalogueError: there is none; the text names those there are.
        """
        for mode in self.modes:
            if mode.id == name:
                return mode
        raise CatalogueError(f"there is no mode {name!r}; there are: {', '.join(mode.id for mode in self.modes)}")


def read(text: str, name: str) -> Catalogue:
    """A catalogue from YAML.

    Raises:
        CatalogueError: with the entry, the field and what is wrong.
    """
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise CatalogueError(f"{name} is no YAML: {error}") from None
    try:
        return Catalogue.model_validate(document)
    except ValidationError as error:
        raise CatalogueError("\n".join(f"{name}: {_told(problem, document)}" for problem in error.errors())) from None


@cache
def catalogue() -> Catalogue:
    """The catalogue of this version."""
    return read(FILE.read_text(encoding="utf-8"), FILE.name)


def _told(problem: ErrorDetails, document: object) -> str:
    where = list(problem["loc"])
    text = problem["msg"].removeprefix("Value error, ")
    try:
        entry = document["modes"][where[1]]["id"]  # type: ignore[index]  # whatever stands in the file
    except (LookupError, TypeError):
        return f"{'.'.join(map(str, where)) or 'the whole'}: {text}"
    return f"{entry}: {'.'.join(map(str, where[2:])) or 'the entry'}: {text}"
