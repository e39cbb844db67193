"""Drives orchestrators on a clock of its own, with durabletask's real tasks: a test says what activities answer and who speaks.

Lives here: a context that keeps the promises of durabletask's own (buffered events, cancelling, beginning anew). Never here:
what a test expects.
"""

import heapq
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import Any, cast

from durabletask.task import CancellableTask, CompletableTask, OrchestrationContext, Task, TimerTask

from activities.registry import STEPS
from orchestrators.options import options
from orchestrators.planned_downtime import planned_downtime
from orchestrators.saga import Runbook, conduct
from plan.model import Plan
from tests.orchestrators.book import Book

Json = dict[str, Any]
DONE: Json = {"state": "done"}
_START = datetime(2026, 11, 23, 2, 0)  # without a zone, as durabletask gives it


def waiting(what: str = "the world") -> Json:
    return {"state": "waiting", "waiting_for": what}


def failed(code: str = "unexpected", message: str = "broken") -> Json:
    return {"state": "failed", "error": {"code": code, "message": message, "mend": ""}}


class Stuck(AssertionError):
    """The orchestration waits for something that will never come."""


class Context:
    """What orchestrators use of Durable's context, for one execution."""

    def __init__(self, driver: "Driver", buffered: list[tuple[str, Any]]) -> None:
        self._driver = driver
        self.buffered = buffered
        self.events: list[tuple[str, CancellableTask[Any]]] = []
        self.timers: list[TimerTask] = []
        self.calls: list[CompletableTask[Any]] = []
        self.anew: Any = None

    @property
    def current_utc_datetime(self) -> datetime:
        return self._driver.moment

    def set_custom_status(self, status: Any) -> None:
        self._driver.status = status

    def call_activity(self, name: str, *, input: Json) -> CompletableTask[Any]:
        return self._start(lambda: self._driver.answer(name, input))

    def call_sub_orchestrator(self, name: str, *, input: Json) -> CompletableTask[Any]:
        return self._start(lambda: self._driver.answer(name, input))

    def _start(self, answer: Callable[[], Any]) -> CompletableTask[Any]:
        task: CompletableTask[Any] = CompletableTask()
        self.calls.append(task)
        result = answer()
        self._driver.at(self._driver.takes, lambda: self._finish(task, result))
        return task

    def _finish(self, task: CompletableTask[Any], result: Any) -> None:
        self.calls.remove(task)
        task.complete(result)

    def create_timer(self, fire_at: datetime | timedelta) -> TimerTask:
        task = TimerTask()
        self.timers.append(task)
        task.set_cancel_handler(lambda: self.timers.remove(task))
        now = self._driver.moment
        seconds = (fire_at if isinstance(fire_at, timedelta) else fire_at.replace(tzinfo=None) - now).total_seconds()
        self._driver.at(max(seconds, 0.0), lambda: self._fire(task))
        return task

    def _fire(self, task: TimerTask) -> None:
        if task in self.timers:
            self.timers.remove(task)
            task.complete(None)

    def wait_for_external_event(self, name: str) -> CancellableTask[Any]:
        task: CancellableTask[Any] = CancellableTask()
        early = next((event for event in self.buffered if event[0] == name), None)
        if early:
            self.buffered.remove(early)
            task.complete(early[1])
            return task
        entry = (name, task)
        self.events.append(entry)
        task.set_cancel_handler(lambda: self.events.remove(entry))
        return task

    def hear(self, name: str, data: Any) -> None:
        entry = next((one for one in self.events if one[0] == name), None)
        if entry is None:
            self.buffered.append((name, data))
            return
        self.events.remove(entry)
        entry[1].complete(data)

    def continue_as_new(self, new_input: Any, *, save_events: bool = False) -> None:
        self.anew = new_input
        self.buffered = self.buffered if save_events else []


class Driver:
    """One run from its start to its end. `log` lists (name, phase) of all steps and (act, detail) of all acts, in order."""

    def __init__(self, plan: Plan, book: Book | None = None, *, approve: bool = True, takes: float = 0.1) -> None:
        self.book = book or Book()
        self.options = options(plan)
        self.takes, self._approve = takes, approve
        self.log: list[tuple[str, str]] = []
        self.times: list[float] = []
        self.script: dict[tuple[str, str], list[Json]] = {}
        self.during: dict[tuple[str, str], list[Callable[[], None]]] = {}
        self.status: Any = None
        self.executions = 0
        self.aborted_at: float | None = None
        self.opened: dict[str, float] = {}
        self._clock, self._count = 0.0, 0
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._context = Context(self, [])

    @property
    def moment(self) -> datetime:
        return _START + timedelta(seconds=self._clock)

    @property
    def clock(self) -> float:
        """Seconds since the start."""
        return self._clock

    def at(self, seconds: float, deed: Callable[[], None]) -> None:
        """Let something happen that many seconds from now."""
        self._count += 1
        heapq.heappush(self._agenda, (self._clock + seconds, self._count, deed))

    def say(self, action: str) -> None:
        """A person asks for something: the ledger has it first, then the orchestration hears it."""
        if action == "abort" or not (self.book.asked and self.book.asked["action"] == "abort"):
            self.book.asked = None if action == "resume" else {"action": action, "by": "Lena Lead", "reason": "test"}
        if action == "abort" and self.aborted_at is None:
            self.aborted_at = self._clock
        self._context.hear("control", {"action": action, "by": "Lena Lead", "reason": "test"})

    def hear(self, name: str, data: Any) -> None:
        """An event reaches the orchestration, whatever the ledger says."""
        self._context.hear(name, data)

    def decide(self, gate: str, state: str = "approved") -> None:
        """A person decides at a gate."""
        self.book.decisions.setdefault(gate, {"state": state, "by": "Lena Lead", "reason": "because"})
        self._context.hear(gate, {"by": "Lena Lead"})

    def answer(self, name: str, asked: Json) -> Any:
        """What an activity answers; whatever the test wants to happen while it runs is put on the agenda before its end."""
        phase = asked.get("phase") or asked.get("gate") or asked.get("part") or asked.get("why") or ""
        key = (name, phase)
        self.log.append(key)
        self.times.append(self._clock)
        for deed in self.during.pop(key, []):
            self.at(self.takes / 2, deed)
        scripted = self.script.get(key)
        outcome = scripted.pop(0) if scripted else None
        if name in STEPS:
            return self.book.step(name, asked, outcome or DONE)
        if name == "copy_part" or outcome:
            return outcome or DONE
        found = getattr(self.book, name)(asked)
        if name == "open_gate" and found["state"] == "open":
            timeout = self.options["gates"][asked["gate"]]["timeout"]
            waited = self._clock - self.opened.setdefault(asked["gate"], self._clock)
            found = found | {"left": timeout - waited % timeout}
            if self._approve:
                self.at(1.0, lambda: self.decide(asked["gate"]))
        return found

    def run(self, runbook: Runbook = planned_downtime) -> Json:
        """Until the end; the outcome.

        Raises:
            Stuck: nothing is left to happen, and it still waits.
        """
        asked: Any = {"run": "orders-1", "options": self.options}
        while True:
            ended = self.execute(lambda ctx, given: conduct(ctx, given, runbook), asked)
            if self._context.anew is None:
                return cast(Json, ended)
            asked = self._context.anew

    def execute(self, orchestrator: Callable[[OrchestrationContext, Any], Generator[Task[Any], Any, Any]], given: Any) -> Any:
        """One execution: until the orchestrator returns."""
        self.executions += 1
        self._context = Context(self, self._context.buffered)
        generator = orchestrator(cast(OrchestrationContext, self._context), given)
        result: Any = None
        try:
            while True:
                task = generator.send(result)
                while not task.is_complete:
                    self._advance()
                result = task.get_result()
        except StopIteration as end:
            return end.value

    def _advance(self) -> None:
        if not self._agenda:
            raise Stuck(f"nothing more will happen; status {self.status}, last {self.log[-3:]}")
        self._clock, _, deed = heapq.heappop(self._agenda)
        deed()

    @property
    def anew(self) -> Any:
        """What the last execution asked to begin anew with."""
        return self._context.anew

    def left_waiting(self) -> list[str]:
        """What the last execution abandoned without cancelling it."""
        events = [name for name, _ in self._context.events]
        return events + ["timer"] * len(self._context.timers) + ["call"] * len(self._context.calls)

    def steps(self, phase: str) -> list[str]:
        """Names of steps in the order in which they were asked, each once in a row."""
        asked = [name for name, how in self.log if how == phase and name in STEPS]
        return [name for i, name in enumerate(asked) if i == 0 or asked[i - 1] != name]

    def count(self, name: str, phase: str) -> int:
        """How often that was asked."""
        return self.log.count((name, phase))
