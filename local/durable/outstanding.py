"""What an orchestration still waits for, read from its events.

Lives here: the pure reading of a history after a restart. Never here: setting anything going again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import durabletask.internal.orchestrator_service_pb2 as pb

from local.durable.events import answered_task, kind


@dataclass
class Outstanding:
    """Scheduled and not yet answered, by the id of the task."""

    activities: dict[int, pb.TaskScheduledEvent] = field(default_factory=dict)
    timers: dict[int, datetime] = field(default_factory=dict)
    children: dict[int, str] = field(default_factory=dict)


def outstanding(events: Iterable[pb.HistoryEvent]) -> Outstanding:
    """Read the events of one run: its history, then what was delivered to it and not yet processed."""
    found = Outstanding()
    answered: set[int] = set()
    for event in events:
        number = event.eventId
        match kind(event):
            case "taskScheduled":
                found.activities[number] = event.taskScheduled
            case "timerCreated":
                found.timers[number] = event.timerCreated.fireAt.ToDatetime(tzinfo=UTC)
            case "subOrchestrationInstanceCreated":
                found.children[number] = event.subOrchestrationInstanceCreated.instanceId
            case _:
                if (task := answered_task(event)) is not None:
                    answered.add(task)
    for task in answered:
        found.activities.pop(task, None)
        found.timers.pop(task, None)
        found.children.pop(task, None)
    return found
