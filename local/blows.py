"""The blows of chaos: what fails, when, for how long, as a seed draws them; and the striking.

Lives here: each kind of blow. Never here: the run that they fall on, and what becomes of it (`chaos.py`).
"""

import random
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from local.environment import Environment
from local.line import Line
from local.processes import Child

PATHS = {
    "AWS": ("AWS_ENDPOINT_URL",),
    "the ledger": ("DAYZERO_LEDGER_TABLES", "DAYZERO_LEDGER_BLOBS"),
    "the data": ("TARGET_TABLES", "TARGET_BLOBS", "TARGET_QUEUES"),
}
"""Each path by its name: the variables of the URLs that lead through it. A path to storage is the account's of that name."""
KINDS = (
    *("kill the agent", "lose the task hub", "kill Azurite"),
    *(f"cut the path to {path}" for path in ("AWS", "the ledger")),
    *(f"reset {half} of {path}" for path in PATHS for half in ("requests", "answers")),
)


@dataclass(frozen=True)
class Blow:
    """What fails, how many seconds after the one before, and for how many seconds."""

    pause: float
    kind: str
    lasts: float


def blows(seed: int, rounds: int) -> list[Blow]:
    """The same for the same seed; every kind comes before one comes twice."""
    dice = random.Random(seed)  # noqa: S311 - not a secret
    kinds: list[str] = []
    while len(kinds) < rounds:
        kinds += dice.sample(KINDS, len(KINDS))
    return [Blow(round(dice.uniform(1.0, 9.0), 1), kind, round(dice.uniform(0.5, 6.0), 1)) for kind in kinds[:rounds]]


class Paths:
    """A context manager: lines in front of everything that the agent and the migrated app reach over the network.

    Args:
        variables: where everything answers.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._lines = {path: {name: Line(variables[name]) for name in names} for path, names in PATHS.items()}
        self._stack = ExitStack()

    @property
    def variables(self) -> dict[str, str]:
        """What leads through the lines."""
        return {name: line.url for lines in self._lines.values() for name, line in lines.items()}

    @property
    def resets(self) -> int:
        """Requests that were reset, before or after they acted."""
        return sum(line.resets for lines in self._lines.values() for line in lines.values())

    def disturb(self, path: str, how: str, seconds: float) -> None:
        """Let a path be cut, or lose requests or answers, for that long."""
        lines = self._lines[path].values()
        for line in lines:
            match how:
                case "cut":
                    line.cut()
                case "requests":
                    line.lose("no request")
                case _:
                    line.lose("no answer")
        time.sleep(seconds)
        for line in lines:
            line.restore()

    def __enter__(self) -> Self:
        for lines in self._lines.values():
            for line in lines.values():
                self._stack.enter_context(line)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()


@dataclass(frozen=True)
class Striker:
    """What blows fall on. `data` is the folder of the agent's host; `address` is where its host answers."""

    agent: Child
    data: Path
    address: str
    environment: Environment
    paths: Paths

    def start_agent(self) -> None:
        """Start it, or start it again."""
        self.agent.start().wait_until(f"{self.address}/admin/host/status", timeout=60)

    def strike(self, blow: Blow) -> None:
        """Let it fail, and bring it back."""
        match blow.kind.split():
            case ["kill", "Azurite"]:
                self.environment.restart_azurite(outage=blow.lasts)
            case ["cut", "the", "path", "to", *path]:
                self.paths.disturb(" ".join(path), "cut", blow.lasts)
            case ["reset", how, "of", *path]:
                self.paths.disturb(" ".join(path), how, blow.lasts)
            case _:
                self._kill_the_agent(blow)

    def _kill_the_agent(self, blow: Blow) -> None:
        self.agent.kill()
        time.sleep(blow.lasts)
        if blow.kind == "lose the task hub":
            for file in self.data.glob("durable.sqlite*"):
                file.unlink()
        self.start_agent()
