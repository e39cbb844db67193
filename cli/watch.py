"""Stays with a run until it has ended.

Lives here: the loop, and approvals given in advance. Never here: how a status looks (`table.py`, `changes.py`).
"""

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import typer
from rich.console import Console
from rich.live import Live

from cli.changes import Changes
from cli.doors import Doors
from cli.exits import Exit
from cli.failures import Failure, tell
from cli.table import console, run_table
from cli.words import ENDED

Status = dict[str, Any]
_AROUND = 8
"""Lines of the table that are not steps."""


@dataclass
class Watcher:
    """Shows a run: a live table in a terminal, else a line for each change, or a JSON document a line.

    Args:
        yes: who approves which gate without being asked again; `all` stands for every gate.
        interval: seconds between two looks.
        patience: seconds without an answer after which watching ends.
    """

    doors: Doors
    run: str
    yes: dict[str, str]
    interval: float
    patience: float
    as_json: bool
    _approved: set[tuple[str, str]] = field(default_factory=set)

    def watch(self) -> None:
        """Returns when the run ended migrated or the person left.

        Raises:
            typer.Exit: with the code for a run that ended otherwise.
            Failure: the agent refused, or did not answer for too long.
        """
        try:
            with self._screen() as show:
                last = self._follow(show)
        except KeyboardInterrupt:
            typer.echo(f"The migration goes on. Come back with: dayzero status {self.run} --watch", err=True)
            return
        if last.get("state") != "migrated":
            raise typer.Exit(int(Exit.NOT_MIGRATED))

    def _follow(self, show: Callable[[Status], None]) -> Status:
        answered = time.monotonic()
        while True:
            try:
                status = self.doors.get("migrations", self.run)
                answered = time.monotonic()
                show(status)
                if status.get("state") in ENDED:
                    return status
                self._approve(status)
            except Failure as failure:
                if not failure.passing or time.monotonic() - answered >= self.patience:
                    raise
            time.sleep(self.interval)

    def _approve(self, status: Status) -> None:
        waiting = status.get("waiting_for") or {}
        gate, asked = str(waiting.get("gate") or ""), str(waiting.get("since") or "")
        name = self.yes.get(gate, self.yes.get("all"))
        if not gate or name is None or (gate, asked) in self._approved:
            return
        decision = {
            "decision": "approve",
            "by": name,
            "reason": "approved in advance with --yes",
            "runbook_hash": status.get("runbook_hash"),
        }
        try:
            self.doors.post("migrations", self.run, "approvals", gate, body=decision)
        except Failure as failure:
            if failure.code != Exit.REFUSED or failure.passing:
                raise
            tell(failure)  # somebody else has decided meanwhile, or the gate is closed: the next status says which
        self._approved.add((gate, asked))

    def _screen(self) -> AbstractContextManager[Callable[[Status], None]]:
        if self.as_json:
            return nullcontext(_JsonLines().show)
        screen = console()
        if screen.is_terminal:
            return _LiveTable(screen)
        return nullcontext(_plain(Changes()))


def _plain(changes: Changes) -> Callable[[Status], None]:
    def show(status: Status) -> None:
        for line in changes.lines(status):
            typer.echo(f"{time.strftime('%H:%M:%S')} {line}")

    return show


class _JsonLines:
    """Each status that differs from the last, as one line."""

    def __init__(self) -> None:
        self._last = ""

    def show(self, status: Status) -> None:
        line = json.dumps(status, ensure_ascii=False)
        if line != self._last:
            self._last = line
            typer.echo(line)


class _LiveTable(AbstractContextManager[Callable[[Status], None]]):
    """A table that is drawn again in place, no higher than the terminal; at the end it stands there whole."""

    def __init__(self, screen: Console) -> None:
        self._live = Live(console=screen, auto_refresh=False, transient=True)
        self._last: Status | None = None

    def __enter__(self) -> Callable[[Status], None]:
        self._live.start()
        return self._show

    def __exit__(self, *_: object) -> None:
        self._live.stop()
        if self._last is not None:
            self._live.console.print(run_table(self._last))

    def _show(self, status: Status) -> None:
        self._last = status
        self._live.update(run_table(status, rows=max(3, self._live.console.height - _AROUND)), refresh=True)
