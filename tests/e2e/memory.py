"""The record of a run, in memory: what the ledger keeps of each line, and answers as `activities/record.py` does.

Never here: what a line does.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.records import Json


@dataclass(frozen=True)
class Line:
    """One line of a runbook; its text names a test."""

    seq: int
    name: str
    arguments: Json = field(default_factory=dict)
    final: bool = False
    """Whether it is past the point of no return: done, never undone."""

    def __str__(self) -> str:
        return "-".join([f"{self.seq:02}", self.name, *map(str, self.arguments.values())])


@dataclass
class Kept:
    """What the record keeps of a line."""

    name: str
    before: Json
    started: datetime
    evidence: Json | None = None
    parts: dict[str, Json] = field(default_factory=dict)
    ended: datetime | None = None
    undone: bool = False


class Memory:
    """The record of a run; a step that stands several times in a runbook answers with its last line that began."""

    def __init__(self) -> None:
        self.kept: dict[int, Kept] = {}

    def _lines(self, step: str) -> list[Kept]:
        return [kept for _seq, kept in sorted(self.kept.items()) if kept.name == step]

    def before(self, step: str) -> Any:
        lines = self._lines(step)
        return lines[-1].before if lines else None

    def first_before(self, step: str) -> Any:
        lines = self._lines(step)
        return lines[0].before if lines else None

    def evidence(self, step: str) -> Any:
        found = [kept.evidence for kept in self._lines(step) if kept.evidence is not None]
        return found[-1] if found else None

    def parts(self, step: str) -> dict[str, Json]:
        lines = self._lines(step)
        return lines[-1].parts if lines else {}

    def begun(self, step: str) -> bool:
        return bool(self._lines(step))

    def unrehearsed(self, _within: timedelta | None) -> list[str]:
        return []

    def unheard(self) -> dict[str, str]:
        return {}

    def undone(self, step: str) -> bool:
        lines = self._lines(step)
        return bool(lines) and lines[-1].undone

    def started(self, step: str) -> datetime | None:
        lines = self._lines(step)
        return lines[-1].started if lines else None

    def ended(self, step: str) -> datetime | None:
        lines = self._lines(step)
        return lines[-1].ended if lines else None

    def note_exceptions(self, step: str, beyond: list[Json], within: list[Json]) -> list[str]:
        assert not [*beyond, *within], f"{step} found what differs"
        return []

    def accepted_exceptions(self) -> list[Json]:
        return []
