"""Orchestration instances in SQLite: history is appended, delivered events are added and taken away one by one.

Lives here: SQL. Never here: what events mean. Survives the death of the process (write-ahead log); a power cut may lose the
last moments, because commits are not flushed to the disk one by one.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import durabletask.internal.orchestrator_service_pb2 as pb
from durabletask.testing.in_memory_backend import OrchestrationInstance

from local.durable.events import stamp

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS instances (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, version TEXT, input TEXT, tags TEXT, created TEXT NOT NULL,
    status INTEGER NOT NULL, output TEXT, custom_status TEXT, updated TEXT NOT NULL, completed TEXT, failure BLOB);
CREATE TABLE IF NOT EXISTS history (
    instance TEXT, number INTEGER, event BLOB NOT NULL, PRIMARY KEY (instance, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inbox (number INTEGER PRIMARY KEY, instance TEXT NOT NULL, event BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS inbox_instance ON inbox (instance);
"""


@dataclass
class _Written:
    """What the file holds of an instance: the very lists and events, so that a replaced one is noticed."""

    history: list[pb.HistoryEvent]
    length: int
    given: str | None
    inbox: dict[int, tuple[int, pb.HistoryEvent]] = field(default_factory=dict)
    """id() of the event: its row and the event itself (kept, so that no other object can get the same id)."""


class Store:
    """The file of one backend. Not safe for use by several threads at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript(_SCHEMA)
        self._written: dict[str, _Written] = {}

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def write(self, changed: Iterable[tuple[str, OrchestrationInstance | None]]) -> None:
        """Bring the named instances up to date, all of them or none; None means that the instance is gone."""
        self._db.execute("BEGIN")
        try:
            for instance_id, instance in changed:
                if instance is None:
                    self._delete(instance_id)
                else:
                    self._write_one(instance)
        except BaseException:
            self._db.execute("ROLLBACK")
            self._written.clear()
            raise
        self._db.execute("COMMIT")

    def _delete(self, instance_id: str) -> None:
        self._written.pop(instance_id, None)
        self._db.execute("DELETE FROM instances WHERE id = ?", (instance_id,))
        self._db.execute("DELETE FROM history WHERE instance = ?", (instance_id,))
        self._db.execute("DELETE FROM inbox WHERE instance = ?", (instance_id,))

    def _write_one(self, it: OrchestrationInstance) -> None:
        written = self._written.get(it.instance_id)
        if (
            written is None
            or written.history is not it.history
            or written.length > len(it.history)
            or written.given != it.input
        ):
            self._delete(it.instance_id)
            written = self._written[it.instance_id] = _Written(it.history, 0, it.input)
            fixed = (it.instance_id, it.name, it.version, it.input, json.dumps(it.tags), it.created_at.isoformat())
            self._db.execute(
                "INSERT INTO instances (id, name, version, input, tags, created, status, updated)"
                " VALUES (?, ?, ?, ?, ?, ?, 0, '')",
                fixed,
            )
        self._db.execute(
            "UPDATE instances SET status = ?, output = ?, custom_status = ?, updated = ?, completed = ?, failure = ?"
            " WHERE id = ?",
            (
                it.status,
                it.output,
                it.custom_status,
                it.last_updated_at.isoformat(),
                it.completed_at.isoformat() if it.completed_at else None,
                it.failure_details.SerializeToString() if it.failure_details else None,
                it.instance_id,
            ),
        )
        self._append_history(it, written)
        self._renew_inbox(it, written)

    def _append_history(self, it: OrchestrationInstance, written: _Written) -> None:
        rows = []
        for number in range(written.length, len(it.history)):
            stamp(it.history[number])
            rows.append((it.instance_id, number, it.history[number].SerializeToString()))
        if rows:
            self._db.executemany("INSERT INTO history VALUES (?, ?, ?)", rows)
        written.length = len(it.history)

    def _renew_inbox(self, it: OrchestrationInstance, written: _Written) -> None:
        current = {id(event): event for event in (*_handed_out(it), *it.pending_events)}
        for gone in written.inbox.keys() - current.keys():
            self._db.execute("DELETE FROM inbox WHERE number = ?", (written.inbox.pop(gone)[0],))
        for key, event in current.items():
            if key not in written.inbox:
                stamp(event)
                row = self._db.execute(
                    "INSERT INTO inbox (instance, event) VALUES (?, ?)", (it.instance_id, event.SerializeToString())
                ).lastrowid
                written.inbox[key] = (row or 0, event)

    def read(self) -> Iterator[OrchestrationInstance]:
        """Every instance, its undelivered and handed-out events as pending ones, without a completion token."""
        for row in self._db.execute("SELECT * FROM instances ORDER BY created").fetchall():
            instance_id, name, version, given, tags, created, status, output, custom_status, updated, completed, failure = row
            it = OrchestrationInstance(
                instance_id=instance_id,
                name=name,
                version=version,
                input=given,
                tags=json.loads(tags),
                status=status,
                output=output,
                custom_status=custom_status,
                created_at=datetime.fromisoformat(created),
                last_updated_at=datetime.fromisoformat(updated),
                completed_at=datetime.fromisoformat(completed) if completed else None,
                failure_details=pb.TaskFailureDetails.FromString(failure) if failure is not None else None,
            )
            events = self._db.execute("SELECT event FROM history WHERE instance = ? ORDER BY number", (instance_id,))
            it.history.extend(pb.HistoryEvent.FromString(blob) for (blob,) in events)
            written = self._written[instance_id] = _Written(it.history, len(it.history), it.input)
            for number, blob in self._db.execute(
                "SELECT number, event FROM inbox WHERE instance = ? ORDER BY number", (instance_id,)
            ):
                event = pb.HistoryEvent.FromString(blob)
                written.inbox[id(event)] = (number, event)
                it.pending_events.append(event)
            yield it


def _handed_out(it: OrchestrationInstance) -> list[pb.HistoryEvent]:
    """The dispatched events without the `orchestratorStarted` that every dispatch puts in front anew."""
    events = it.dispatched_events
    if it.history and len(events) > 1 and events[0].HasField("orchestratorStarted"):
        return events[1:]
    return events
