"""The in-memory backend with its state kept in a file: what changes together is written together, and read again at start.

Lives here: transactions, what is scheduled for whom (activities, timers, sub-orchestrations), recovery. Never here: the
service's methods (`backend.py`).
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import override

import durabletask.internal.orchestrator_service_pb2 as pb
from durabletask.internal import helpers
from durabletask.testing.in_memory_backend import ActivityWorkItem, InMemoryOrchestrationBackend, OrchestrationInstance

from local.durable.alarms import Alarms
from local.durable.events import child_outcome, execution_started
from local.durable.outstanding import outstanding
from local.durable.store import Store

START = -1
"""The number of the timer that lets an instance with a start time begin; tasks count from 0."""


@dataclass
class OpenActivity:
    """An activity whose result is awaited, and the consumer that has it in hand, if any."""

    item: ActivityWorkItem
    holder: object | None = None


class KeptState(InMemoryOrchestrationBackend):
    """Bookkeeping under the methods of the service. Every change happens inside `_transaction`."""

    def __init__(self, path: Path) -> None:
        # No cap on the history: the original's leaves an instance running for ever with no way to make progress.
        super().__init__(max_history_size=sys.maxsize)
        # Tokens of an earlier process must never be taken for ours.
        self._next_completion_token = time.time_ns()
        self._store = Store(path)
        self._alarms = Alarms(self._timer_due)
        self._depth = 0
        self._changed: set[str] = set()
        self._open: dict[str, dict[int, OpenActivity]] = {}
        self._timers: dict[str, dict[int, datetime]] = {}
        self._parents: dict[str, tuple[str, int]] = {}

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if not self._depth and self._changed:
                    changed, self._changed = self._changed, set()
                    self._store.write((instance_id, self._instances.get(instance_id)) for instance_id in changed)

    def _ended(self, instance: OrchestrationInstance) -> bool:
        return self._is_terminal_status(instance.status)

    def _new_token(self) -> int:
        self._next_completion_token += 1
        return self._next_completion_token

    @override
    def _enqueue_orchestration(self, instance_id: str) -> None:
        """Mark as changed; queue unless it is in a consumer's hands (it is queued on its return) or may not start yet."""
        self._changed.add(instance_id)
        if instance_id not in self._orchestration_in_flight and START not in self._timers.get(instance_id, {}):
            super()._enqueue_orchestration(instance_id)

    def _deliver(self, instance: OrchestrationInstance, event: pb.HistoryEvent) -> None:
        instance.pending_events.append(event)
        instance.last_updated_at = datetime.now(UTC)
        self._enqueue_orchestration(instance.instance_id)

    # What an instance waits for.

    @override
    def _process_schedule_task_action(self, instance: OrchestrationInstance, action: pb.OrchestratorAction) -> None:
        super()._process_schedule_task_action(instance, action)
        self._open.setdefault(instance.instance_id, {})[action.id] = OpenActivity(self._activity_queue[-1])

    @override
    def _process_create_timer_action(self, instance: OrchestrationInstance, action: pb.OrchestratorAction) -> None:
        at = action.createTimer.fireAt.ToDatetime(tzinfo=UTC)
        instance.history.append(helpers.new_timer_created_event(action.id, at))
        self._arm(instance.instance_id, action.id, at)

    def _arm(self, instance_id: str, number: int, at: datetime) -> None:
        self._timers.setdefault(instance_id, {})[number] = at
        self._alarms.set(instance_id, number, at)

    def _timer_due(self, instance_id: str, number: int, at: datetime) -> None:
        with self._transaction():
            instance = self._instances.get(instance_id)
            waiting = self._timers.get(instance_id, {})
            if instance is None or waiting.get(number) != at:
                return  # of an earlier run of this id
            del waiting[number]
            if number == START:
                self._enqueue_orchestration(instance_id)
            else:
                self._deliver(instance, helpers.new_timer_fired_event(number, at))

    @override
    def _watch_sub_orchestration(self, parent_instance_id: str, sub_instance_id: str, task_id: int) -> None:
        """Remember whom to tell; the child's end tells (the original waits in a thread, at most 30 s)."""
        self._parents[sub_instance_id] = (parent_instance_id, task_id)
        self._changed.add(sub_instance_id)
        child = self._instances[sub_instance_id]
        if started := execution_started(child):
            started.parentInstance.taskScheduledId = task_id
            started.parentInstance.orchestrationInstance.instanceId = parent_instance_id
        if self._ended(child):
            self._tell_parent(child)

    def _tell_parent(self, child: OrchestrationInstance) -> None:
        parent_id, task_id = self._parents.pop(child.instance_id, ("", 0))
        parent = self._instances.get(parent_id)
        if parent is not None and not self._ended(parent):
            self._deliver(parent, child_outcome(task_id, child))

    def _children(self, instance_id: str) -> list[str]:
        return [child for child, (parent, _) in self._parents.items() if parent == instance_id]

    def _forget_work(self, instance_id: str) -> None:
        """Whatever the run of this instance has scheduled must not reach a later run of the same id."""
        for child in self._children(instance_id):
            del self._parents[child]
        self._timers.pop(instance_id, None)
        if self._open.pop(instance_id, None):
            kept = [item for item in self._activity_queue if item.instance_id != instance_id]
            self._activity_queue.clear()
            self._activity_queue.extend(kept)

    # Recovery.

    def _recover(self) -> None:
        """Read the file and set everything going that was under way when the last process ended."""
        with self._transaction():
            for instance in self._store.read():
                instance.completion_token = self._new_token()
                self._instances[instance.instance_id] = instance
            for instance in list(self._instances.values()):
                if not self._ended(instance):
                    self._resume(instance)

    def _resume(self, instance: OrchestrationInstance) -> None:
        instance_id = instance.instance_id
        waits = outstanding([*instance.history, *instance.pending_events])
        for number, scheduled in waits.activities.items():
            given = scheduled.input.value if scheduled.HasField("input") else None
            item = ActivityWorkItem(instance_id, scheduled.name, number, given, instance.completion_token)
            self._open.setdefault(instance_id, {})[number] = OpenActivity(item)
            self._activity_queue.append(item)
        for number, at in waits.timers.items():
            self._arm(instance_id, number, at)
        for number, child in waits.children.items():
            if child in self._instances:
                self._parents[child] = (instance_id, number)
        started = execution_started(instance)
        if not instance.history and started is not None and started.HasField("scheduledStartTimestamp"):
            self._arm(instance_id, START, started.scheduledStartTimestamp.ToDatetime(tzinfo=UTC))
        if instance.pending_events:
            self._enqueue_orchestration(instance_id)
