"""Carries one rehearsal to its end, as the people at its gates would.

Lives here: decisions, and ending a failure that a person has to see to. Never here: how results look (rehearsals.py).
"""

import math
import time
from dataclasses import dataclass

from cli.doors import Document, Doors
from cli.exits import Exit
from cli.failures import Failure

_LAST_GATE = "finalize"
_OPEN = "approval of "
"""How the text begins that says what an open gate waits for; a held gate's says what holds it."""


class Held:
    """How long a gate has been held by the same thing.

    Args:
        most: seconds after which nobody puts it back any more.
    """

    def __init__(self, most: float) -> None:
        self._most, self._what, self._since = most, "", 0.0

    def too_long(self, status: Document) -> str:
        """Why to go back; empty while the gate is open, or held for a short time only."""
        waiting = status.get("waiting_for") or {}
        gate, what = waiting.get("gate"), str(waiting.get("what"))
        if not gate or what.startswith(_OPEN):
            what = ""
        if what != self._what:
            self._what, self._since = what, time.monotonic()
        return f"gate {gate} is held by {what}" if what and time.monotonic() - self._since > self._most else ""


@dataclass
class Rehearsing:
    """One cell after the other, each a run.

    Args:
        by: who decides at the gates.
        interval: seconds between two looks.
        patience: seconds after which a rehearsal is aborted; as many again, and it is given up.
        linger: seconds for which each gate is left open, so that something may happen while it waits.
        finalize: whether the last gate is approved, too.
        held: seconds for which a gate may be held before the run is sent back: an approval of it would not count.
    """

    doors: Doors
    by: str
    interval: float
    patience: float
    linger: float = 0.0
    finalize: bool = False
    held: float = 180.0

    def rehearse(self, plan: Document, cells: list[Document], run: str | None) -> list[Document]:
        """The result of each cell, once their run has ended or waits for a person for good."""
        places = [{"step": cell["step"], "mode": cell["mode"]} for cell in cells]
        body = {"plan": plan, "cells": places, "by": self.by} | ({"run": run} if run else {})
        began = str(self.doors.post("rehearsals", body=body)["run"])
        self._follow(began)
        found: list[Document] = self.doors.get("rehearsals", run=began)["rehearsals"]
        return found

    def _follow(self, run: str) -> None:
        began, lifted, aborted, decided = time.monotonic(), False, False, dict[str, float]()
        held = Held(self.held)
        while True:
            status = self._status(run)
            if status["state"] in ("migrated", "failed-back") or (status["state"] == "needs-operator" and lifted):
                return
            if status["state"] == "needs-operator":
                self.doors.post("rehearsals", run, "lift", body={"by": self.by})
                self.doors.post("migrations", run, "retry", body={"by": self.by, "reason": "what was broken works again"})
                lifted = True
                self._until_retried(run)
                continue
            self._decide(status, decided)
            waited = time.monotonic() - began
            if waited > 2 * self.patience:
                raise Failure(Exit.REFUSED, f"Run {run} neither ends nor goes back.", f"Look at: dayzero status {run}")
            why = "the rehearsal takes too long" if waited > self.patience else held.too_long(status)
            if why and not aborted:
                self.doors.post("migrations", run, "abort", body={"by": self.by, "reason": why[:500]})
                aborted = True
            time.sleep(self.interval)

    def _until_retried(self, run: str) -> None:
        """The retry begins with the state still as it was."""
        deadline = time.monotonic() + self.patience
        while self._status(run)["state"] == "needs-operator" and time.monotonic() < deadline:
            time.sleep(self.interval)

    def _decide(self, status: Document, decided: dict[str, float]) -> None:
        """Approve, but for the last gate: whoever rehearses wants to rehearse again.

        Args:
            status: of the run.
            decided: when each gate is due to be decided; infinite once it is.
        """
        gate, now = str((status.get("waiting_for") or {}).get("gate") or ""), time.monotonic()
        if not gate or now < decided.setdefault(gate, now + self.linger):
            return
        decision = "reject" if gate == _LAST_GATE and not self.finalize else "approve"
        body = {"decision": decision, "by": self.by, "reason": "a rehearsal", "runbook_hash": status["runbook_hash"]}
        try:
            self.doors.post("migrations", str(status["run"]), "approvals", gate, body=body)
        except Failure as failure:
            if failure.code != Exit.REFUSED:
                raise
            return  # the gate has closed meanwhile, or is held: the next look tells
        decided[gate] = math.inf

    def _status(self, run: str) -> Document:
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return self.doors.get("migrations", run)
            except Failure as failure:
                if not failure.passing or time.monotonic() > deadline:
                    raise
            time.sleep(self.interval)
