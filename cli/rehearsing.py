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


@dataclass
class Rehearsing:
    """One cell after the other, each a run.

    Args:
        by: who decides at the gates.
        interval: seconds between two looks.
        patience: seconds after which a rehearsal is aborted; as many again, and it is given up.
        linger: seconds for which each gate is left open, so that something may happen while it waits.
        finalize: whether the last gate is approved, too.
    """

    doors: Doors
    by: str
    interval: float
    patience: float
    linger: float = 0.0
    finalize: bool = False

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
            if waited > self.patience and not aborted:
                self.doors.post("migrations", run, "abort", body={"by": self.by, "reason": "the rehearsal takes too long"})
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
