"""Break-glass: the way back of a run without its orchestration, with nothing but the ledger and credentials.

Lives here: what `orchestrators/saga.py` does on the way back, done by a person's own process: the same steps, the same records.
Never here: the fence (`context.workplace`), words for a terminal (cli/).
"""

import secrets
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from activities import run_control
from activities.context import workplace
from activities.faults import FINAL, TRANSIENT, WITHOUT_LEDGER
from activities.lifecycle import Attempt
from activities.patience import Patience
from activities.registry import STEPS
from activities.way_back import line_of, rows, stays
from adapters.records import Json
from ledger.clock import seconds_between
from ledger.errors import LedgerUnavailable
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.steps import StepRow
from plan.model import Plan

GRACE = 30.0
"""Seconds that what the orchestration had begun gets to return; a piece of a copy ends within `lifecycle.PIECE_SECONDS`."""
LONGEST_DELAY = 60.0
PARTS_AT_ONCE = 8
Tell = Callable[[Json], None]


class Refused(Exception):
    """Break-glass is not for this run now; `mend` says what is."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.mend = mend


def refusal(ledger: Ledger, run: Run) -> Refused | None:
    """Why a run has no way back at all, if so."""
    way = ledger.steps.way(run.run) or {"way": "", "by": ""}
    if run.state == "migrated" or way["way"] == "on":
        who = f" by {way['by']}" if way["by"] else ""
        mend = "Stay on Azure. The source is dormant, its code and data of before the switch are still there; to leave Azure, "
        mend += "plan a migration of its own and bring Azure's data home first."
        return Refused(f"Run {run.run} is past its point of no return: finalize was approved{who}.", mend)
    if run.state == "failed-back":
        return Refused(f"Run {run.run} has failed back already.", "Nothing is left to do; its report has both fingerprints.")
    holder = ledger.locks.holder(run.workload)
    if holder not in {None, run.run}:
        return Refused(f"Workload {run.workload} belongs to run {holder} by now.", f"Fail that one back: {holder}.")
    return None


def needs_force(run: Run) -> bool:
    """Whether an orchestration may still carry the run: one that ended in needs-operator, or was taken over, has none."""
    return run.alive and run.state != "needs-operator" and not run.holder


def preview(ledger: Ledger, run: Run) -> Json:
    """What a failback by hand would do now: `lines` in their order, each with its words and what it restores.

    Nothing is changed by asking.
    """
    words = {line["seq"]: line for line in run.runbook}
    back = rows(ledger, run, Plan.model_validate(run.plan))
    refused = refusal(ledger, run)
    return {
        "run": run.run,
        "workload": run.workload,
        "state": run.state,
        "refused": str(refused) if refused else None,
        "mend": refused.mend if refused else None,
        "last_sign_of_life": ledger.runs.last_sign(run),
        "taken_over_by": run.held_by or None,
        "needs_force": needs_force(run),
        "lines": [] if refused else [_line(ledger, run, row, words[row.seq]) for row in back],
    }


def _line(ledger: Ledger, run: Run, row: StepRow, words: Json) -> Json:
    before = ledger.steps.before(run.run, row.seq)
    does = words["rollback"] if before is not None else "Nothing: it began, but it had not acted yet."
    restores = before if before is not None else {}
    names = {"seq": row.seq, "name": row.name, "state": row.state}
    return names | {"does": does, "by_hand": STEPS[row.name].break_glass, "restores": restores}


class ByHand:
    """One session that carries a run back. Another session, or another process after a crash, goes on where this one ended.

    Args:
        ledger: the record.
        run: the run to bring back.
        by: the person, for the record.
        tell: is told each change as `line`, `name`, `state`, `text`.
    """

    def __init__(self, ledger: Ledger, run: Run, by: str, tell: Tell) -> None:
        self._ledger, self._run, self._by, self._tell = ledger, run, by, tell
        self._plan = Plan.model_validate(run.plan)
        self._holder = f"by-hand-{secrets.token_hex(8)}"
        self._told: Json = {}
        self._why = ""

    def take(self, reason: str, *, force: bool) -> None:
        """Take the run over, so that nobody else changes anything for it.

        Raises:
            Refused: there is no way back, or an orchestration may be alive and `force` was not given.
        """
        ledger, run = self._ledger, self._run
        if refused := refusal(ledger, run):
            raise refused
        sign = ledger.runs.last_sign(run)
        silent = seconds_between(sign) or 0.0
        if needs_force(run) and not force:
            what = f"Run {run.run} is {run.state}, and its orchestration may be alive; its last sign of life was {sign}."
            mend = "Abort it: the agent then goes back by itself. If the agent is lost, use --force with --reason."
            raise Refused(what, mend)
        settled = ledger.steps.settle(run.run, "back", self._by, f"break-glass: {reason}".rstrip(": "))
        if settled["way"] == "on":
            raise refusal(ledger, run) or Refused(f"Run {run.run} was finalized at this moment.", "Stay on Azure.")
        ledger.locks.take(run.workload, run.run)
        ledger.runs.take_over(run.workload, run.run, self._holder, self._by)
        how = f"took run {run.run} from its orchestration by force" if needs_force(run) else f"took run {run.run} over"
        before = {"state": run.state, "last_sign_of_life": sign, "holder": run.holder, "held_by": run.held_by}
        detail = {"force": needs_force(run), "reason": reason, "machine": socket.gethostname(), "before": before}
        because = f" ({reason})" if reason else ""
        self._why = f"failed back by hand by {self._by}{because}"
        ledger.events.append(run.run, "break-glass", f"Break-glass: {self._by} {how}{because}.", who=self._by, detail=detail)
        if needs_force(run) and silent < GRACE:
            self._say(None, "waiting", f"{GRACE - silent:.0f} s for what the orchestration may have under way")
            time.sleep(GRACE - silent)

    def go_back(self) -> Json:
        """Undo every begun line, last first, what failed once more at the end, and prove that the source is as it was.

        Returns:
            `{"outcome": "failed-back" | "needs-operator", "why": text}`.

        Raises:
            TakenOver: another session, a later one, carries the run.
        """
        asked, why = {"run": self._run.run, "holder": self._holder}, self._why
        begun = self._patiently(run_control.begin_failback, asked | {"why": why})
        blocked = begun["blocked"] or self._all_back(begun["lines"])
        if begun["lines"] and not blocked:
            blocked = self._all_back(self._act(lambda: {"lines": self._came_late()})["lines"])
        if begun["lines"] and not blocked:
            failed = self._patiently(run_control.begin_failback, asked | {"why": why, "again": True})
            blocked = failed["blocked"] or self._all_back(failed["lines"])
        return self._patiently(run_control.end_failback, asked | {"why": why, "blocked": blocked})

    def _all_back(self, lines: list[Json]) -> str:
        """Undo these lines; why it stopped among them, if it did."""
        for line in lines:
            if blocked := stays(line, self._bring_back(line)):
                return blocked
        return ""

    def _came_late(self) -> list[Json]:
        """A deed that returned only after it had been undone says that it is done: that line, and all before it, once more."""
        steps, run = self._ledger.steps, self._run.run
        begun = [row for row in reversed(steps.all(run)) if row.begun and row.kind == "step"]
        late = [row.seq for row in begun if row.state in {"running", "waiting", "done"}]
        again = [row for row in begun if late and row.seq <= late[0]]
        for row in again:
            steps.change(run, row.seq, state="done", undo_acted=False)
        return [line_of(row) for row in again]

    def _bring_back(self, line: Json) -> Json:
        """Undo one line; its last outcome."""
        tries = failures = 0
        silent_since: float | None = None
        self._say(line, "undoing", "")
        while True:
            outcome = self._attempt(line)
            if outcome["state"] == "done":
                self._say(line, "undone", "")
                return outcome
            error = outcome["error"]
            silent_since = (silent_since or time.monotonic()) if error["code"] in TRANSIENT else None
            silent = time.monotonic() - silent_since if silent_since else 0.0
            patient = error["code"] in TRANSIENT and silent < self._plan.timing.outage.total_seconds()
            tries += not (patient or error["code"] in WITHOUT_LEDGER)
            failures = failures + 1 if error["code"] in TRANSIENT else tries
            if tries >= self._plan.timing.attempts or error["code"] in FINAL:
                self._say(line, "undo-failed", f"{error['message']} {error['mend']}".strip())
                return outcome
            self._say(line, "waiting", f"another try after: {error['message']}")
            self._pause(failures)

    def _attempt(self, line: Json) -> Json:
        """One try: looked at again while it waits, its parts side by side."""
        while True:
            outcome = self._act(lambda: self._deed(line).undo())
            if outcome["state"] == "waiting":
                self._say(line, "waiting", outcome["waiting_for"])
                time.sleep(self._plan.timing.poll.total_seconds())
            elif outcome["state"] == "parts":
                with ThreadPoolExecutor(PARTS_AT_ONCE) as pool:
                    ends = list(pool.map(lambda part: self._part(line, part), outcome["parts"]))
                if failed := [end for end in ends if end["state"] == "failed"]:
                    return failed[0]
            else:
                return outcome

    def _part(self, line: Json, part: str) -> Json:
        """One part to its end; a cloud that is silent for a moment is asked again."""
        failures = 0
        while True:
            outcome = self._act(lambda: self._deed(line).piece("undo", part))
            if outcome["state"] == "done":
                return outcome
            failures = failures + 1 if outcome["state"] == "failed" else 0
            if failures and (outcome["error"]["code"] not in TRANSIENT or failures >= self._plan.timing.attempts):
                return outcome
            if failures:
                self._pause(failures)

    def _deed(self, line: Json) -> Attempt:
        ledger, run, plan, world = workplace(self._run.run, self._holder)
        return Attempt(ledger, world, plan, run, line["seq"], STEPS[line["name"]]())

    def _act(self, act: Callable[[], Json]) -> Json:
        """Ask again for as long as the ledger is silent: nothing may be done without it."""
        tries = 0
        while True:
            try:
                return act()
            except LedgerUnavailable as error:
                tries += 1
                self._say(None, "waiting", f"the ledger to answer: {error}")
                self._pause(tries)

    def _patiently(self, act: Callable[[Json], Json], asked: Json) -> Json:
        """An act that needs AWS, asked again while AWS is silent; after the plan's time it answers what that means."""
        patience, tries = Patience(datetime.now(UTC), self._plan.timing.outage.total_seconds()), 0
        while True:
            answer = self._act(lambda: act(asked | patience.asked(datetime.now(UTC))))
            if answer.get("state") != "waiting":
                return answer
            tries += 1
            self._say(None, "waiting", answer["waiting_for"])
            self._pause(tries)

    def _pause(self, tries: int) -> None:
        time.sleep(min(self._plan.timing.retry_delay.total_seconds() * tries, LONGEST_DELAY))

    def _say(self, line: Json | None, state: str, text: str) -> None:
        told: dict[str, Any] = {"line": line["seq"] if line else None, "name": line["name"] if line else None}
        told |= {"state": state, "text": text}
        if told != self._told:
            self._told = told
            self._tell(told)
