"""The saga: steps forward, gates, and the way back.

Lives here: what follows what. Never here: I/O, a clock, an SDK, the name of a provider. Events only wake the saga up; what
people decided and what is done stands in the ledger, and is read by activities.
"""

from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import Any

from durabletask.task import OrchestrationContext, Task, when_all

from activities.faults import TAKEN_OVER, TRANSIENT, WITHOUT_LEDGER
from activities.step import Step
from orchestrators.listener import Lines, Listener, aware

Json = dict[str, Any]
Outcome = Json
ROLL_OVER = 200
"""Activities after which the orchestration begins anew from the ledger, so that no history grows without bound."""

LONGEST_DELAY = 60.0
"""Seconds between two tries of an act while the ledger is silent."""


class FailBack(Exception):
    """Leave the runbook and go back; the text says why."""


class RollOver(Exception):
    """Leave this execution; the orchestration begins anew from the ledger."""


class TakenOver(Exception):
    """Somebody else carries the run now; this orchestration changes nothing more."""


class Saga:
    """One run of one runbook.

    Args:
        ctx: Durable's context.
        run: what the orchestration was started with: `run` and `options` (see `api/start.py`), small JSON.
    """

    def __init__(self, ctx: OrchestrationContext, run: dict[str, Any]) -> None:
        self._ctx, self._input, self._run = ctx, run, run["run"]
        self._options: dict[str, Any] = run["options"]
        self._listener = Listener(ctx, self._run, self._options)
        self._seq = 0
        self._calls = 0
        self._done: set[int] = set()
        self._window_opened: str | None = None
        self.final = False

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

    def gate(self, name: str) -> Lines:
        """Wait until a person approves; a rejection, or the plan's answer to silence, leaves the runbook."""
        self._seq += 1
        seq = self._seq
        if seq in self._done:
            return
        options = self._options["gates"][name]
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
            if answer["state"] == "held":
                yield from self._listener.sleep(self._options["poll"], heard)
                continue
            yield from self._await_decision(name, seq, options, heard)

    def _await_decision(self, name: str, seq: int, options: dict[str, Any], heard: int) -> Lines:
        """Until somebody decides, somebody speaks, or time is up."""
        event = self._ctx.wait_for_external_event(name)
        timer = self._ctx.create_timer(timedelta(seconds=options["timeout"]))
        yield from self._listener.wait(event, timer, heard=heard)
        late = timer.is_complete and not event.is_complete
        for task in (event, timer):
            task.cancel()
        if late:
            then = options["on_timeout"]
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
        """Undo what was begun, last first; retry each, go on when one fails, then prove that the source is as it was."""
        self._listener.close_window()
        begun = yield from self._act("begin_failback", {"why": why})
        for line in begun["lines"]:
            self._say(undoing=line["name"], seq=line["seq"], why=why)
            yield from self._attempts(line["name"], line["seq"], "undo")
        ended: Outcome = yield from self._act("end_failback", {"why": why, "blocked": begun["blocked"]})
        return ended

    def halt(self, why: str) -> Generator[Task[Any], Any, Outcome]:
        """Past the point of no return: stay on Azure and call a person."""
        halted: Outcome = yield from self._act("halt", {"why": why})
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

    def _checkpoint(self) -> Lines:
        """Between two lines: abort, pause, and the length of the history are looked at."""
        while self._listener.paused and not self._listener.abort:
            heard = self._listener.heard
            yield from self._act("note_pause", {"why": self._listener.paused})
            self._say(waiting_for=self._listener.paused)
            yield from self._listener.wait(heard=heard)
            if not self._listener.paused:
                yield from self._act("note_pause", {"why": ""})
        if self._listener.abort and not self.final:
            raise FailBack(self._listener.abort)
        if self._calls > ROLL_OVER:
            raise RollOver

    def _attempts(
        self, name: str, seq: int, direction: str, arguments: Json | None = None
    ) -> Generator[Task[Any], Any, Outcome]:
        """Try until it is done or the tries are used up; a ledger that is silent or refuses is waited for."""
        tries = 0
        while True:
            heard = self._listener.heard
            outcome = yield from self._attempt(name, seq, direction, arguments or {})
            if outcome["state"] != "failed":
                return outcome
            if outcome["error"]["code"] not in WITHOUT_LEDGER:
                tries += 1
            if tries >= self._options["attempts"] or outcome["error"]["code"] == "timeout":  # it has been patient already
                return outcome
            self._say(step=name, seq=seq, waiting_for=f"another try after: {outcome['error']['message'][:200]}")
            yield from self._listener.sleep(self._options["retry_delay"] * max(tries, 1), heard)
            self._give_way(direction)

    def _attempt(self, name: str, seq: int, direction: str, arguments: Json) -> Generator[Task[Any], Any, Outcome]:
        """One try: the activity is asked again while it waits, its parts run side by side."""
        while True:
            heard = self._listener.heard
            outcome: Outcome = yield from self._call(name, {"seq": seq, "phase": direction, **arguments})
            match outcome["state"]:
                case "waiting":
                    self._say(step=name, seq=seq, waiting_for=outcome["waiting_for"][:300])
                    yield from self._listener.sleep(self._options["poll"], heard)
                    self._give_way(direction)
                case "parts":
                    failed = yield from self._parts(name, seq, direction, outcome["parts"])
                    self._give_way(direction)
                    if failed:
                        return failed
                case _:
                    return outcome

    def _parts(self, name: str, seq: int, direction: str, parts: list[str]) -> Generator[Task[Any], Any, Outcome | None]:
        """Fan out over the parts; the first failure, if any."""
        shared = {"run": self._run, "seq": seq, "step": name, "direction": direction}
        shared |= {"attempts": self._options["attempts"], "retry_delay": self._options["retry_delay"]}
        asked = [{**shared, "part": part} for part in parts]
        copies: list[Task[Outcome]] = [self._ctx.call_sub_orchestrator("copy_part", input=one) for one in asked]
        everything = when_all(copies)
        self._calls += len(parts)
        yield from self._listener.wait(everything)
        failed = [outcome for outcome in everything.get_result() if outcome["state"] == "failed"]
        return failed[0] if failed else None

    def _give_way(self, direction: str) -> None:
        """In the middle of a step: an abort ends it, a long history is folded; a way back is never left."""
        if direction == "do" and self._listener.abort and not self.final:
            raise FailBack(self._listener.abort)
        if self._calls > ROLL_OVER:
            raise RollOver

    def _act(self, act: str, asked: dict[str, Any]) -> Generator[Task[Any], Any, Any]:
        """One act between steps, asked again for as long as the ledger is silent: nothing may be decided without it."""
        tries = 0
        while True:
            answer = yield from self._call(act, asked)
            if answer.get("state") != "failed":
                return answer
            error = answer["error"]
            if error["code"] not in TRANSIENT:
                raise FailBack(f"{act} failed: {error['message']}")
            tries += 1
            self._say(waiting_for=f"another try of {act} after: {error['message'][:200]}")
            yield from self._listener.sleep(min(self._options["retry_delay"] * tries, LONGEST_DELAY), self._listener.heard)

    def _call(self, activity: str, asked: dict[str, Any]) -> Generator[Task[Any], Any, Any]:
        self._calls += 1
        task: Task[Any] = self._ctx.call_activity(activity, input={"run": self._run, **asked})
        yield from self._listener.wait(task)
        answer = task.get_result()
        if answer.get("state") == "failed" and answer["error"]["code"] == TAKEN_OVER:
            raise TakenOver(answer["error"]["message"])
        return answer

    def _say(self, **status: Any) -> None:
        self._ctx.set_custom_status({name: value for name, value in status.items() if value is not None})


Runbook = Callable[[Saga], Lines]


def conduct(ctx: OrchestrationContext, run: dict[str, Any], runbook: Runbook) -> Generator[Task[Any], Any, Outcome]:
    """Run a runbook to its end, back to its beginning, or to a person.

    Returns:
        `{"outcome": "migrated" | "failed-back" | "needs-operator" | "taken-over", "why": text}`.
    """
    saga = Saga(ctx, run)
    try:
        outcome = yield from _forward_or_back(saga, runbook)
    except RollOver:
        saga.roll_over()
        return {"outcome": "goes on"}
    except TakenOver as why:
        outcome = {"outcome": TAKEN_OVER, "why": str(why)}
    saga.stop()
    return outcome


def _forward_or_back(saga: Saga, runbook: Runbook) -> Generator[Task[Any], Any, Outcome]:
    turned_back = yield from saga.begin()
    if turned_back:
        return (yield from saga.go_back(turned_back))
    try:
        yield from runbook(saga)
    except FailBack as reason:
        return (yield from (saga.halt(str(reason)) if saga.final else saga.go_back(str(reason))))
    return (yield from saga.finish())
