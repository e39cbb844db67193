"""Stays with a run until it has ended.

Lives here: the loop, and approvals given in advance. Never here: how a status looks (`table.py`, `changes.py`).
"""

import time
from dataclasses import dataclass, field
from typing import Any

import typer

from cli.doors import Doors
from cli.exits import Exit
from cli.failures import Failure, tell
from cli.screens import JsonLines, LiveTable, PlainLines, Screen
from cli.table import console
from cli.words import ENDED

Status = dict[str, Any]


@dataclass
class Watcher:
    """Shows a run: a live table in a terminal, else a line for each change, or a JSON document a line.

    Args:
        yes: who approves which gate without being asked again; `all` stands for every gate.
        ask: who is asked here, at this terminal, at every other gate; None: nobody.
        interval: seconds between two looks.
        patience: seconds without an answer after which watching ends.
    """

    doors: Doors
    run: str
    yes: dict[str, str]
    ask: str | None
    interval: float
    patience: float
    as_json: bool
    _decided: set[tuple[str, str]] = field(default_factory=set)

    def watch(self) -> None:
        """Returns when the run ended migrated or the person left.

        Raises:
            typer.Exit: with the code for a run that ended otherwise.
            Failure: the agent refused, or did not answer for too long.
        """
        try:
            with self._screen() as screen:
                last = self._follow(screen)
        except KeyboardInterrupt:
            typer.echo(f"The migration goes on. Come back with: dayzero status {self.run} --watch", err=True)
            return
        if last.get("state") != "migrated":
            raise typer.Exit(int(Exit.NOT_MIGRATED))

    def _follow(self, screen: Screen) -> Status:
        answered = time.monotonic()
        while True:
            try:
                status = self.doors.get("migrations", self.run)
                answered = time.monotonic()
                screen.show(status)
                if status.get("state") in ENDED:
                    return status
                self._decide(status, screen)
            except Failure as failure:
                if not failure.passing or time.monotonic() - answered >= self.patience:
                    raise
            time.sleep(self.interval)

    def _decide(self, status: Status, screen: Screen) -> None:
        waiting = status.get("waiting_for") or {}
        gate, asked = str(waiting.get("gate") or ""), str(waiting.get("since") or "")
        in_advance = self.yes.get(gate, self.yes.get("all"))
        if not gate or (gate, asked) in self._decided or (in_advance is None and self.ask is None):
            return
        if in_advance is not None:
            decision = {"decision": "approve", "by": in_advance, "reason": "approved in advance with --yes"}
        else:
            with screen.aside():
                decision = _asked(gate, self.ask or "")
        try:
            body = {**decision, "runbook_hash": status.get("runbook_hash")}
            self.doors.post("migrations", self.run, "approvals", gate, body=body)
        except Failure as failure:
            if failure.code != Exit.REFUSED or failure.passing:
                raise
            tell(failure)  # somebody else has decided meanwhile, or the gate is closed: the next status says which
        self._decided.add((gate, asked))

    def _screen(self) -> Screen:
        if self.as_json:
            return JsonLines()
        screen = console()
        return LiveTable(screen) if screen.is_terminal else PlainLines()


def _asked(gate: str, name: str) -> dict[str, str]:
    """What the person at this terminal decides."""
    if typer.confirm(f"{gate}: approve as {name}?"):
        return {"decision": "approve", "by": name, "reason": ""}
    return {"decision": "reject", "by": name, "reason": typer.prompt("Why not? The run fails back")}
