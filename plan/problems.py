"""What is wrong with a plan, said so that a person can mend it.

Lives here: the words and their place. Never here: the finding of problems (`document.py`, `complaints.py`, `rules.py`).
"""

from dataclasses import asdict, dataclass

Path = tuple[str | int, ...]
"""Where a value stands in the plan: keys and list positions from the root."""


@dataclass(frozen=True)
class Finding:
    """A problem before it is known where in a file its value stands."""

    path: Path
    what: str
    mend: str


@dataclass(frozen=True)
class Problem:
    """One thing to mend. `line` and `column` count from 1 and are None when the plan did not come from a text."""

    file: str
    line: int | None
    column: int | None
    field: str
    what: str
    mend: str

    def __str__(self) -> str:
        """`plan.yaml:12:5 target.app: what is wrong. How to mend it.`"""
        place = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        mend = self.mend if self.mend.endswith(("?", ".")) else f"{self.mend}."
        return f"{place}{f' {self.field}' if self.field else ''}: {self.what}. {mend}"

    def as_json(self) -> dict[str, str | int | None]:
        """The same, for a problem document."""
        return asdict(self)


class PlanError(ValueError):
    """A plan that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def dotted(path: Path) -> str:
    """`source.functions[0].name`."""
    words = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(words).removeprefix(".")


def shortened(value: object, limit: int = 60) -> str:
    """The value as it is shown in a message; what it holds inside is not shown, it may be anything."""
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."
