"""The saga: steps forward, gates, and the way back.

Lives here: what follows what. Never here: I/O, a clock, an SDK, the name of a provider. Events only wake the saga up; what
people decided and what is done stands in the ledger, and is read by activities.
"""

from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import Any

from durabletask.task import OrchestrationContext, Task

from activities.faults import TAKEN_OVER, TRANSIENT
from activities.step import Step
from activities.way_back import stays
from orchestrators.calls import Calls, FailBack, Json, Outcome, RollOver, TakenOver
from orchestrators.listener import Lines, aware

LONGEST_WAIT = 86_400.0
"""Seconds after which a gate is looked at again though nothing happened; Durable's storage knows timers of six days at most."""
LOOK = 60.0
"""The same for a run that an earlier version began, whose options do not say it."""


class Saga(Calls):
    """One run of one runbook.

    Args:
        ctx: Durable's context.
        run: what the orchestration was started with: `run` and `options` (see `api/start.py`), small JSON.
    """

    def __init__(self, ctx: OrchestrationContext, run: Json) -> None:
        super().__init__(ctx, run)
        self._input = run
        self._seq = 0
        self._done: set[int] = set()
        self._window_opened: str | None = None

    @property
    def ramp(self) -> list[int]:
        """Percentages of clients that Azure serves, one after the other."""
        return list(self._options["ramp"])

    def asks(self, gate: str) -> bool:
        """Whether the plan has this gate: not every gate is one that a strategy must have."""
        return gate in self._options["gates"]

    def begin(self) -> Generator[Task[Any], Any, str | None]:
        """Read from the ledger where the run stands; the reason to go back, if it had turned back already."""
        known = yield from self._act("begin_run", {})
        self._done = set(known["done"])
        self._window_opened = known["window_opened"]
        if known["asked"]:
            self._listener.heed(known["asked"])
        return known["failing_back"] or None

    def step(self, step: type[Step], **arguments: Any) -> Lines:
        """Bring one step to its end, or leave the runbook."""
        self._seq += 1
        seq = self._seq
        if seq in self._done:
            return
        yield from self._checkpoint()
        self._say(step=step.name, seq=seq, **arguments)
        outcome = yield from self._attempts(step.name, seq, "do", arguments)
        if outcome["state"] == "failed":
            error = outcome["error"]
            raise FailBack(f"{step.name} failed: {error['message']}")

    def gate(self, name: str, meanwhile: str | None = None) -> Lines:
        """Wait until a person approves; a rejection, or the plan's answer to silence, leaves the runbook.

        Args:
            name: of the gate.
            meanwhile: an act that is called now and then while people are waited for, for days if need be.
        """
        self._seq += 1
        seq = self._seq
        if seq in self._done:
            return
        while True:
            yield from self._checkpoint()
            heard = self._listener.heard
            answer = yield from self._act("open_gate", {"seq": seq, "gate": name})
            if answer["state"] == "approved":
                self._give_way("do")  # an abort that came meanwhile wins over the approval
                return
            if answer["state"] == "aborted":
                raise FailBack(answer["why"])
            if answer["state"] == "rejected":
                raise FailBack(f"gate {name} was rejected by {answer['by']}: {answer['reason']}")
            self._say(gate=name, seq=seq, waiting_for=answer.get("why") or f"approval of {name}")
            look = min(self._options.get("look", LOOK), LONGEST_WAIT)
            if answer["state"] == "held":
                yield from self._await_decision(name, look, heard)
                continue
            silent = yield from self._await_silence(name, min(answer["left"], look), meanwhile, heard)
            if silent and answer["left"] <= look:
                yield from self._timed_out(name, seq)

    def _await_silence(self, name: str, seconds: float, meanwhile: str | None, heard: int) -> Generator[Task[Any], Any, bool]:
        """Wait for a decision, and let what goes on meanwhile go on; whether nobody decided or spoke for so long."""
        left = seconds
        while left > 0:
            piece = min(left, self._options["sync"]) if meanwhile else left
            if not (yield from self._await_decision(name, piece, heard)):
                return False
            left -= piece
            if meanwhile:
                yield from self._meanwhile(meanwhile)
                self._give_way("do")
        return True

    def _await_decision(self, name: str, seconds: float, heard: int) -> Generator[Task[Any], Any, bool]:
        """Until somebody decides or speaks; whether nobody did for so long."""
        event = self._ctx.wait_for_external_event(name)
        timer = self._ctx.create_timer(timedelta(seconds=seconds))
        yield from self._listener.wait(event, timer, heard=heard)
        late = timer.is_complete and not event.is_complete
        for task in (event, timer):
            task.cancel()
        return late

    def _meanwhile(self, act: str) -> Lines:
        """Called once; what is out of reach now will be reached later, anything else turns back."""
        answer = yield from self._call(act, {})
        if answer.get("state") == "failed" and answer["error"]["code"] not in TRANSIENT:
            raise FailBack(f"{act} failed: {answer['error']['message']}")

    def _timed_out(self, name: str, seq: int) -> Lines:
        """What the plan says about silence."""
        then = self._options["gates"][name]["on_timeout"]
        yield from self._act("note_gate_timeout", {"seq": seq, "gate": name, "on_timeout": then})
        if then != "hold":
            raise FailBack(f"{'aborted: ' if then == 'abort' else ''}nobody decided at gate {name} in time")

    def open_window(self) -> Lines:
        """Begin to count the window, from the moment that the ledger has."""
        if self._window_opened is None:
            self._window_opened = aware(self._ctx.current_utc_datetime).isoformat()
            yield from self._act("note_window", {"opened": self._window_opened})
        self._listener.open_window(datetime.fromisoformat(self._window_opened))

    def close_window(self) -> None:
        """Stop counting: clients are served again."""
        self._listener.close_window()

    def pass_point_of_no_return(self) -> None:
        """From here on there is no way back; what fails now halts."""
        self.final = True

    def go_back(self, why: str) -> Generator[Task[Any], Any, Outcome]:
        """Undo what was begun, last first; retry each, go on when one fails, then prove that the source is as it was.

        Only while clients cannot be taken back nothing else is undone: the side that serves them goes on serving them.
        What failed is undone once more when everything else is: what stood in its way may be gone.
        """
        self._listener.close_window()
        blocked, failed = yield from self._undo(why, again=False)
        if failed and not blocked:
            blocked, _ = yield from self._undo(why, again=True)
        ended: Outcome = yield from self._patiently("end_failback", {"why": why, "blocked": blocked})
        return ended

    def _undo(self, why: str, *, again: bool) -> Generator[Task[Any], Any, tuple[str, bool]]:
        """One round: why it stopped, if it did, and whether a line of it failed."""
        begun = yield from self._patiently("begin_failback", {"why": why, "again": again})
        blocked, failed = begun["blocked"], False
        for line in begun["lines"]:
            self._say(undoing=line["name"], seq=line["seq"], why=why)
            outcome = yield from self._attempts(line["name"], line["seq"], "undo")
            failed = failed or outcome["state"] == "failed"
            blocked = stays(line, outcome)
            if blocked:
                break
        return blocked, failed

    def halt(self, why: str) -> Generator[Task[Any], Any, Outcome]:
        """Stay where the run is and call a person; past the point of no return that is for good."""
        halted: Outcome = yield from self._act("halt", {"why": why, "final": self.final})
        return halted

    def finish(self) -> Generator[Task[Any], Any, Outcome]:
        """The workload is migrated."""
        finished: Outcome = yield from self._act("finish_run", {})
        return finished

    def stop(self) -> None:
        """Hear nothing more."""
        self._listener.stop()

    def roll_over(self) -> None:
        """Begin anew from the ledger with an empty history."""
        self._ctx.continue_as_new(self._input, save_events=True)


Runbook = Callable[[Saga], Lines]


def conduct(ctx: OrchestrationContext, run: dict[str, Any], runbook: Runbook) -> Generator[Task[Any], Any, Outcome]:
    """Run a runbook to its end, back to its beginning, or to a person.

    Returns:
        `{"outcome": "migrated" | "failed-back" | "needs-operator" | "taken-over", "why": text}`.
    """
    saga = Saga(ctx, run)
    try:
        outcome = yield from _or_a_person(saga, _forward_or_back(saga, runbook))
    except RollOver:
        saga.roll_over()
        return {"outcome": "goes on"}
    except TakenOver as why:
        outcome = {"outcome": TAKEN_OVER, "why": str(why)}
    saga.stop()
    return outcome


def _or_a_person(saga: Saga, way: Generator[Task[Any], Any, Outcome]) -> Generator[Task[Any], Any, Outcome]:
    """An act that fails where there is nothing left to turn to, at the turn itself or at the end, must not end in silence."""
    try:
        return (yield from way)
    except FailBack as reason:
        return (yield from saga.halt(str(reason)))


def _forward_or_back(saga: Saga, runbook: Runbook) -> Generator[Task[Any], Any, Outcome]:
    turned_back = yield from saga.begin()
    if turned_back:
        return (yield from saga.go_back(turned_back))
    try:
        yield from runbook(saga)
    except FailBack as reason:
        return (yield from (saga.halt(str(reason)) if saga.final else saga.go_back(str(reason))))
    return (yield from saga.finish())
