"""Runs: one row a run, with its plan, its runbook and where it stands.

Lives here: the row's shape. Never here: what may follow what (the saga decides that).
"""

from dataclasses import dataclass
from typing import Any, Literal

from ledger import values
from ledger.clock import now
from ledger.errors import AlreadyThere, Changed, RunUnknown
from ledger.storage import Row, Storage

RunState = Literal["running", "waiting", "paused", "failing-back", "migrated", "failed-back", "needs-operator"]
ENDED: frozenset[str] = frozenset({"migrated", "failed-back"})
"""States that nothing follows; `needs-operator` can be retried."""


@dataclass(frozen=True)
class Run:
    """A run as the ledger has it. Times are ISO 8601 in UTC; `plan` and `runbook` are the JSON that it was started with."""

    run: str
    workload: str
    strategy: str
    state: RunState
    why: str
    started: str
    updated: str
    ended: str | None
    plan: dict[str, Any]
    plan_hash: str
    runbook: list[dict[str, Any]]
    runbook_hash: str
    code_version: str
    asked: str
    """What a person asked for and the run has yet to do: `abort`, `pause`, or nothing."""
    asked_by: str
    asked_reason: str
    window_opened: str | None
    failing_back: bool
    """Whether the run has turned back; it never turns forward again."""
    turned_back: str = ""
    """Why it turned back, which `why` no longer says once something is left over."""
    started_by: str = ""
    """Who started it, if the start said so."""
    holder: str = ""
    """Who carries it: nothing for its orchestration, otherwise the session that took it over; only that may change anything."""
    held_by: str = ""
    """The person of that session."""
    awaits: str = ""
    """What the run itself waits for, between its lines; nothing at most times."""
    awaits_since: str = ""
    """Since when."""
    wave: str = ""
    """What it belongs to together with others; nothing for a run on its own."""

    @property
    def alive(self) -> bool:
        """Whether the run still holds its workload."""
        return self.state not in ENDED


class Runs:
    """The table of runs; a row's partition is the workload, its row key the run."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def create(self, run: Run) -> bool:
        """Write the row of a new run; False when this run was written before."""
        row: Row = {"PartitionKey": run.workload, "RowKey": run.run}
        plain: tuple[str, ...] = ("strategy", "state", "why", "started", "updated", "plan_hash", "runbook_hash", "code_version")
        plain += ("asked", "asked_by", "asked_reason", "started_by", "wave")
        row |= {name: getattr(run, name) for name in plain}
        row["plan"] = values.pack(run.plan, self._storage, run.run)
        row["runbook"] = values.pack(run.runbook, self._storage, run.run)
        row["failing_back"] = run.failing_back
        try:
            self._storage.create("runs", row)
        except AlreadyThere:
            return False
        return True

    def get(self, run: str) -> Run:
        """The run with this id.

        Raises:
            RunUnknown: there is none.
        """
        rows = self._storage.find("runs", run)
        if not rows:
            raise RunUnknown(run)
        return self._read(rows[0])

    def list(self, workload: str | None = None, wave: str | None = None) -> list[Run]:
        """Runs, newest first; of one workload, or of one wave, if given."""
        rows = self._storage.partition("runs", workload) if workload else self._storage.all("runs")
        wanted = (row for row in rows if not wave or row.get("wave") == wave)
        return sorted((self._read(row) for row in wanted), key=lambda run: run.started, reverse=True)

    def going(self) -> tuple[Run, ...]:
        """Runs that have not ended."""
        return tuple(self._read(row) for row in self._storage.all("runs") if row["state"] not in ENDED)

    def change(self, workload: str, run: str, **changes: Any) -> None:
        """Change some of the fields that a run changes on its way (`state`, `why`, `awaits`, `ended`, ...); set `updated`."""
        self._storage.merge("runs", {"PartitionKey": workload, "RowKey": run, "updated": now(), **changes})

    def ask(self, workload: str, run: str, action: str, by: str, reason: str) -> None:
        """Keep what was asked for (`abort`, `pause`, or nothing); an abort that stands there already is never taken back."""
        key, asked = {"PartitionKey": workload, "RowKey": run}, {"asked": action, "asked_by": by, "asked_reason": reason}
        while True:
            row = self._storage.get("runs", workload, run)
            if row is None:
                raise RunUnknown(run)
            if row["asked"] == "abort":
                return None
            try:
                return self._storage.merge("runs", key | asked | {"updated": now()}, etag=row["etag"])
            except Changed:  # by the run itself, or by somebody who asked at the same moment: look again
                continue

    def take_over(self, workload: str, run: str, holder: str, by: str) -> None:
        """From now on `holder` carries the run; whoever did before notices at the next deed."""
        self.change(workload, run, holder=holder, held_by=by)

    def holder(self, workload: str, run: str) -> str:
        """Who carries the run, read afresh."""
        row = self._storage.get("runs", workload, run)
        if row is None:
            raise RunUnknown(run)
        return str(row.get("holder") or "")

    def last_sign(self, run: Run) -> str:
        """When anything of the run was written last, by the clock of the storage service; ISO 8601 in UTC."""
        rows = [self._storage.get("runs", run.workload, run.run) or {}, *self._storage.partition("steps", run.run)]
        return max((str(row["touched"]) for row in rows if row.get("touched")), default=run.updated)

    def seen(self, workload: str, run: str) -> None:
        """A sign of life of a run that does nothing but wait."""
        self._storage.merge("runs", {"PartitionKey": workload, "RowKey": run, "seen": now()})

    def asked(self, workload: str, run: str) -> str:
        """What a person asked for, read afresh."""
        row = self._storage.get("runs", workload, run)
        return str(row["asked"]) if row else ""

    def _read(self, row: Row) -> Run:
        return Run(
            run=row["RowKey"],
            workload=row["PartitionKey"],
            strategy=row["strategy"],
            state=row["state"],
            why=row["why"],
            started=row["started"],
            updated=row["updated"],
            ended=row.get("ended") or None,
            plan=values.unpack(row["plan"], self._storage),
            plan_hash=row["plan_hash"],
            runbook=values.unpack(row["runbook"], self._storage),
            runbook_hash=row["runbook_hash"],
            code_version=row["code_version"],
            asked=row["asked"],
            asked_by=row["asked_by"],
            asked_reason=row["asked_reason"],
            window_opened=row.get("window_opened") or None,
            failing_back=bool(row["failing_back"]),
            turned_back=row.get("turned_back") or "",
            started_by=row.get("started_by") or "",
            holder=row.get("holder") or "",
            held_by=row.get("held_by") or "",
            awaits=row.get("awaits") or "",
            awaits_since=row.get("awaits_since") or "",
            wave=row.get("wave") or "",
        )
