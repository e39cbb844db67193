"""The saga on durabletask's own worker: its history is replayed by another worker, and nothing is done twice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from durabletask.client import OrchestrationStatus

from activities.registry import STEPS
from orchestrators.options import options
from orchestrators.planned_downtime import planned_downtime
from orchestrators.saga import conduct
from tests.adapters.aws_resources import until
from tests.local.durable_service import client_of, ended, service, worker
from tests.orchestrators.book import Book
from tests.orchestrators.driver import DONE, waiting
from tests.plan.plans import example

ACTS = (
    *("begin_run", "note_pause", "note_window", "open_gate", "note_gate_timeout"),
    *("begin_failback", "end_failback", "halt", "finish_run"),
)
RUN = {"run": "orders-1", "options": options(example()) | {"poll": 0.2, "retry_delay": 0.1}}


class Hands:
    """Activities that write down what they are asked."""

    def __init__(self) -> None:
        self.book, self.log = Book(), list[str]()
        self.looks = 2
        for gate in ("open-window", "finalize"):
            self.book.decisions[gate] = {"state": "approved", "by": "Lena Lead", "reason": ""}

    def functions(self) -> list[Callable[..., Any]]:
        return [self._one(name) for name in (*STEPS, *ACTS)]

    def at_cutover(self) -> bool:
        """Whether the second gate was asked for."""
        return self.log.count("open_gate") == 2

    def _one(self, name: str) -> Callable[..., Any]:
        def activity(_context: object, asked: dict[str, Any]) -> Any:
            self.log.append(f"{name} {asked.get('phase', '')}".strip())
            if name not in STEPS:
                return getattr(self.book, name)(asked) | ({"left": 3600.0} if name == "open_gate" else {})
            if name == "drain_source" and self.looks:
                self.looks -= 1
                return self.book.step(name, asked, waiting("messages"))
            return self.book.step(name, asked, DONE)

        activity.__name__ = name
        return activity


def migration(ctx: Any, run: dict[str, Any]) -> Any:
    return (yield from conduct(ctx, run, planned_downtime))


def test_another_worker_goes_on_from_the_history(tmp_path: Path) -> None:
    hands = Hands()
    with service(tmp_path) as backend:
        client = client_of(backend)
        with worker(backend, migration, *hands.functions()):
            client.schedule_new_orchestration("migration", input=RUN, instance_id="orders-1")
            until(hands.at_cutover)
            client.raise_orchestration_event("orders-1", "control", data={"action": "pause", "by": "Lena Lead"})
            until(lambda: hands.book.pauses)
        before = len(hands.log)
        with worker(backend, migration, *hands.functions()):
            hands.book.decisions["cutover"] = {"state": "approved", "by": "Lena Lead", "reason": ""}
            client.raise_orchestration_event("orders-1", "cutover", data={"by": "Lena Lead"})
            client.raise_orchestration_event("orders-1", "control", data={"action": "resume", "by": "Lena Lead"})
            state = ended(client, "orders-1", timeout=30)
    assert state.runtime_status == OrchestrationStatus.COMPLETED, state.failure_details
    assert '"migrated"' in str(state.serialized_output)
    done = [line for line in hands.log if line.endswith(" do")]
    assert done.count("drain_source do") == 3
    assert len(done) == len(set(done)) + 2
    assert "switch_traffic do" not in hands.log[:before]


def test_an_abort_goes_back_on_a_real_worker(tmp_path: Path) -> None:
    hands = Hands()
    with service(tmp_path) as backend, worker(backend, migration, *hands.functions()):
        client = client_of(backend)
        client.schedule_new_orchestration("migration", input=RUN, instance_id="orders-1")
        until(lambda: "validate_target do" in hands.log)
        client.raise_orchestration_event("orders-1", "control", data={"action": "abort", "by": "Lena Lead"})
        state = ended(client, "orders-1", timeout=30)
    assert '"failed-back"' in str(state.serialized_output)
    undone = [line.removesuffix(" undo") for line in hands.log if line.endswith(" undo")]
    assert undone[0] == "validate_target"
    assert undone[-1] == "confirm_prerequisites"
