"""Asking activities, with patience: tries, waits, parts side by side, and giving way to people in between.

Lives here: what happens within one line of a runbook. Never here: what follows what (saga.py).
"""

from collections.abc import Generator
from datetime import datetime
from typing import Any

from durabletask.task import OrchestrationContext, Task, when_all

from activities.faults import FINAL, TAKEN_OVER, TRANSIENT, WITHOUT_LEDGER
from activities.patience import Patience
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


class Calls:
    """The activities of one run.

    Args:
        ctx: Durable's context.
        run: what the orchestration was started with: `run` and `options` (see `api/start.py`), small JSON.
    """

    def __init__(self, ctx: OrchestrationContext, run: Json) -> None:
        self._ctx, self._run = ctx, run["run"]
        self._options: Json = run["options"]
        self._listener = Listener(ctx, self._run, self._options)
        self._calls = 0
        self.final = False

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
        """Try until it is done or the tries are used up.

        A ledger that is silent or refuses is waited for; so is a cloud that is silent or throttles, for the plan's time: then
        its silence uses up tries, too.
        """
        tries = failures = 0
        silent_since: datetime | None = None
        while True:
            heard = self._listener.heard
            outcome = yield from self._attempt(name, seq, direction, arguments or {})
            if outcome["state"] != "failed":
                return outcome
            code, now = outcome["error"]["code"], self._ctx.current_utc_datetime
            silent_since = (silent_since or now) if code in TRANSIENT else None
            silent = (now - silent_since).total_seconds() if silent_since else 0.0
            tries += not (code in WITHOUT_LEDGER or (code in TRANSIENT and silent < self._options["outage"]))
            failures = failures + 1 if code in TRANSIENT else tries
            if tries >= self._options["attempts"] or outcome["error"]["code"] in FINAL:
                return outcome
            self._say(step=name, seq=seq, waiting_for=f"another try after: {outcome['error']['message'][:200]}")
            yield from self._listener.sleep(min(self._options["retry_delay"] * failures, LONGEST_DELAY), heard)
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

    def _patiently(self, act: str, asked: Json) -> Generator[Task[Any], Any, Any]:
        """An act that needs AWS, asked again while AWS is silent; after the plan's time it answers what that means."""
        patience, tries = Patience(aware(self._ctx.current_utc_datetime), self._options["outage"]), 0
        while True:
            heard, moment = self._listener.heard, aware(self._ctx.current_utc_datetime)
            answer = yield from self._act(act, asked | patience.asked(moment))
            if answer.get("state") != "waiting":
                return answer
            tries += 1
            self._say(waiting_for=answer["waiting_for"][:300])
            delay = min(self._options["retry_delay"] * tries, LONGEST_DELAY, patience.left(moment))
            yield from self._listener.sleep(delay, heard)

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
