"""One attempt at a step: begin in the ledger, snapshot, do, verify, record; or the same way back.

Lives here: the order of those deeds, which keeps the write-ahead promise. Never here: retries (the saga's), a step's own deeds.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from activities.drift import note
from activities.faults import TRANSIENT, as_error
from activities.milestones import milestone
from activities.patience import Patience, told
from activities.record import LedgerRecord
from activities.step import Done, Failed, Step, Verdict, Waiting, Work
from adapters.records import Json, Progress
from adapters.world import World
from ledger.clock import now, seconds_between
from ledger.errors import LedgerUnavailable
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.steps import Direction, StepRow
from plan.model import Plan

PIECE_SECONDS = 20.0
"""How long one piece of a bulk copy works before it reports: far below every plan's time limit for a function."""


_TOO_LATE: Json = {
    "state": "failed",
    "error": {"code": "too-late", "message": "the line is being undone", "mend": "Nothing to do: the run goes back."},
}


class Attempt:
    """One attempt at one line of a run."""

    def __init__(self, ledger: Ledger, world: World, plan: Plan, run: Run, seq: int, step: Step) -> None:
        self._ledger, self._world, self._plan, self._run = ledger, world, plan, run
        self._seq, self._step = seq, step
        self._silent_since: str | None = None
        """Since when a cloud is silent, if the try before this one found it so."""

    def do(self) -> Json:
        """Bring the step forward; `{"state": "done" | "waiting" | "parts" | "failed", ...}`, never an exception."""
        try:
            return self._do()
        except Exception as error:
            return self._failed(as_error(error, self._step.name))

    def undo(self) -> Json:
        """Bring the step back; the same answers as `do`."""
        try:
            return self._undo()
        except Exception as error:
            return self._failed(as_error(error, self._step.name), state="undo-failed")

    def piece(self, direction: Direction, part: str) -> Json:
        """One bounded piece of a part; `{"state": "done" | "more" | "stopped" | "failed"}`."""
        try:
            return self._piece(direction, part)
        except Exception as error:
            return self._failed(as_error(error, self._step.name), state="failed" if direction == "do" else "undo-failed")

    def _do(self) -> Json:
        row = self._ledger.steps.get(self._run.run, self._seq)
        if row.state == "done":
            return {"state": "done"}
        if _going_back(row):
            return _TOO_LATE
        self._silent_since = row.waiting_since if row.state == "failed" and row.waiting_for else None
        if not row.begun:
            self._note(state="running", started=now(), attempts=1)
        elif row.state == "failed":
            self._note(state="running", attempts=row.attempts + 1, acted=False, error=None, ended=None, waiting_for=None)
            row = replace(row, acted=False, waiting_for=None)
        before = self._ledger.steps.before(self._run.run, self._seq) if row.begun else None
        if before is None:
            before = self._ledger.steps.keep_before(self._run.run, self._seq, self._step.snapshot(self._work(row)))
        did = row.evidence if row.acted else None
        if did is None:
            did = self._step.do(self._work(row), before)
        pending = self._pending(row, "do", self._step.parts(self._work(row, did), before))
        if pending:
            self._note(acted=True, evidence=did)
            return {"state": "parts", "parts": pending}
        verdict = self._step.verify(self._work(row, did, "do"), before)
        return self._judge(verdict, row, did)

    def _undo(self) -> Json:
        row = self._ledger.steps.get(self._run.run, self._seq)
        before = self._ledger.steps.before(self._run.run, self._seq)
        if row.state == "undone":
            return {"state": "done"}
        if before is None:  # begun at most, never acted: the before-state is written first
            self._note(state="undone", undo_ended=now())
            return {"state": "done"}
        failed_before = row.state == "undo-failed" and not row.undo_acted
        self._silent_since = row.waiting_since if failed_before and row.waiting_for else None
        if row.undo_started is None:
            self._note(undo_started=now(), waiting_for=None, waiting_since=None)
            row = replace(row, waiting_for=None, waiting_since=None)
        elif failed_before and row.waiting_for:
            self._note(waiting_for=None)
            row = replace(row, waiting_for=None)
        undid = row.undo_evidence if row.undo_acted else None
        if undid is None:
            undid = self._step.undo(self._work(row), before)
        pending = self._pending(row, "undo", self._step.undo_parts(self._work(row, undid), before))
        if pending:
            self._note(undo_acted=True, undo_evidence=undid)
            return {"state": "parts", "parts": pending}
        verdict = self._step.undone(self._work(row, undid, "undo"), before)
        return self._judge_undo(verdict, row, undid)

    def _piece(self, direction: Direction, part: str) -> Json:
        steps, run = self._ledger.steps, self._run
        if direction == "do" and self._ledger.runs.asked(run.workload, run.run) == "abort":
            return {"state": "stopped"}
        reached, row = steps.part(run.run, self._seq, direction, part), steps.get(run.run, self._seq)
        if reached["done"]:
            return {"state": "done"}
        if direction == "do" and _going_back(row):
            return _TOO_LATE
        work = self._work(row)
        deed = self._step.do_part if direction == "do" else self._step.undo_part
        progress = deed(work, part, reached["token"], PIECE_SECONDS)
        steps.keep_part(run.run, self._seq, direction, part, _advanced(reached, progress))
        return {"state": "done" if progress.token is None else "more"}

    def _pending(self, row: StepRow, direction: Direction, parts: list[str]) -> list[str]:
        done = self._ledger.steps.parts(self._run.run, row.seq, direction) if parts else {}
        return [part for part in parts if not done.get(part, {}).get("done")]

    def _judge(self, verdict: Verdict, row: StepRow, did: Json) -> Json:
        match verdict:
            case Done(evidence, sentence):
                note(self._ledger, self._run, self._plan, self._seq, self._step)
                self._note(state="done", ended=now(), waiting_for=None, evidence=did | evidence, error=None)
                if told := sentence or milestone(self._plan, self._step.name, row.arguments or {}):
                    self._ledger.events.append(self._run.run, "phase", told, key=f"phase-{self._seq}")
                return {"state": "done"}
            case Waiting(what, remember):
                if self._too_long(row):
                    return self._failed(
                        {"code": "timeout", "message": f"still waiting for {what}", "mend": "Look there first."}
                    )
                self._note(state="waiting", acted=True, evidence=remember or did, **_waiting(row, what))
                return {"state": "waiting", "waiting_for": what}
            case Failed():
                self._ledger.steps.forget_parts(self._run.run, self._seq, "do")
                if verdict.evidence:
                    self._note(evidence=verdict.evidence)
                return self._failed(_error(verdict))

    def _judge_undo(self, verdict: Verdict, row: StepRow, undid: Json) -> Json:
        match verdict:
            case Done(evidence):
                self._note(state="undone", undo_ended=now(), waiting_for=None, undo_evidence=undid | evidence, undo_error=None)
                return {"state": "done"}
            case Waiting(what, remember):
                if self._too_long(row):
                    error = {"code": "timeout", "message": f"still waiting for {what}", "mend": "Look there first, then retry."}
                    return self._failed(error, state="undo-failed")
                self._note(undo_acted=True, undo_evidence=remember or undid, **_waiting(row, what))
                return {"state": "waiting", "waiting_for": what}
            case Failed():
                self._ledger.steps.forget_parts(self._run.run, self._seq, "undo")
                return self._failed(_error(verdict), state="undo-failed")

    def _failed(self, error: Json, state: str = "failed") -> Json:
        if state == "undo-failed":
            changes: Json = {"undo_error": error, "undo_acted": False}
        else:
            changes = {"error": error, "ended": now()}
        try:
            if error["code"] in TRANSIENT:
                changes |= self._silence(error["message"])
            self._note(**({"state": state, "waiting_for": None} | changes))
        except LedgerUnavailable as unreachable:
            error = as_error(unreachable, self._step.name)
        return {"state": "failed", "error": error}

    def _silence(self, message: str) -> Json:
        """What the line waits for now: a cloud or the ledger, for as long as it costs no try; then another try."""
        since = self._silent_since or now()
        patience = Patience(datetime.fromisoformat(since), self._plan.timing.outage.total_seconds())
        asked = patience.asked(datetime.now(UTC))
        what = told(message, since, asked["tried_until"]) if asked["patient"] else message[:300]
        return {"waiting_for": f"another try after: {what}", "waiting_since": since}

    def _too_long(self, row: StepRow) -> bool:
        """Whether this try has waited longer than the step's patience; a later try, perhaps by a person, waits afresh."""
        waited = seconds_between(row.waiting_since) if row.waiting_for else None
        return waited is not None and waited > self._step.patience(self._plan).total_seconds()

    def _note(self, **changes: Any) -> None:
        self._ledger.steps.change(self._run.run, self._seq, **changes)

    def _work(self, row: StepRow, did: Json | None = None, direction: Direction | None = None) -> Work:
        parts = self._ledger.steps.parts(self._run.run, row.seq, direction) if direction and did is not None else {}
        record = LedgerRecord(self._ledger, self._run)
        watches = direction == "do" and self._step.promotable
        promoted = self._ledger.promotions.get(self._run.run, row.seq) if watches else None
        return Work(self._run.run, self._plan, self._world, record, row.arguments or {}, did or {}, parts, promoted)


def _going_back(row: StepRow) -> bool:
    """Whether the line is being undone: what Durable delivers a second time must not do it again."""
    return row.undo_started is not None or row.state in {"undone", "undo-failed"}


def _error(failed: Failed) -> Json:
    return {"code": failed.code, "message": failed.message, "mend": failed.mend}


def _waiting(row: StepRow, what: str) -> Json:
    since = row.waiting_since if row.waiting_for is not None and row.waiting_since else now()
    return {"waiting_for": what, "waiting_since": since}


def _advanced(reached: Json, progress: Progress) -> Json:
    conflicts = [*reached["conflicts"], *progress.conflicts][:100]
    advanced = {"items": reached["items"] + progress.items, "bytes": reached["bytes"] + progress.bytes}
    return advanced | {"token": progress.token, "done": progress.token is None, "conflicts": conflicts, "note": progress.note}
