"""How a command ends when something is wrong: one kind of exception, told to people or to programs.

Lives here: showing what failed. Never here: finding it out.
"""

from dataclasses import dataclass, field
from typing import Any

import typer

from cli.exits import Exit
from plan.problems import PlanError


@dataclass
class Failure(Exception):
    """What went wrong, how to mend it, and the exit code that says so.

    `passing` marks what may be gone at the next try; `problems` are those of a plan.
    """

    code: Exit
    what: str
    mend: str = ""
    problems: list[dict[str, Any]] = field(default_factory=list)
    passing: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {"error": self.what, "mend": self.mend, "exit": int(self.code), "problems": self.problems}

    def lines(self) -> list[str]:
        """The same for people."""
        told = [self.what, *(_problem_line(problem) for problem in self.problems)]
        return [*told, f"What to do: {self.mend}"] if self.mend else told


def bad_plan(error: PlanError) -> Failure:
    """The failure of a plan that cannot be used."""
    count = len(error.problems)
    what = f"The plan has {count} problem{'' if count == 1 else 's'}:"
    return Failure(Exit.USAGE, what, "", [problem.as_json() for problem in error.problems])


def tell(failure: Failure) -> None:
    """Print it for people, on standard error."""
    for line in failure.lines():
        typer.echo(line, err=True)


def _problem_line(problem: dict[str, Any]) -> str:
    place = str(problem.get("file") or "")
    if problem.get("line") is not None:
        place += f":{problem['line']}:{problem.get('column')}"
    where = " ".join(word for word in (place, str(problem.get("field") or "")) if word)
    mend = str(problem.get("mend") or "").rstrip(".")
    return f"  {where}: {problem.get('what')}." + (f" {mend}" + ("" if mend.endswith("?") else ".") if mend else "")
