"""Steps: one row a line of the runbook, one for its before-state, one for each part of a bulk copy, one for the way.

Lives here: the rows' shapes and the write-ahead rule (a before-state is written once and never again).
"""

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, unquote

from ledger import values
from ledger.clock import now
from ledger.errors import AlreadyThere
from ledger.storage import Row, Storage

StepState = Literal["planned", "running", "waiting", "done", "failed", "undone", "undo-failed"]
Direction = Literal["do", "undo"]
Way = Literal["on", "back"]
_JSON = ("arguments", "evidence", "error", "progress", "undo_evidence", "undo_error")


@dataclass(frozen=True)
class StepRow:
    """One line of a run's runbook as the ledger has it. `kind` is `step` or `gate`; times are ISO 8601 in UTC."""

    seq: int
    kind: str
    name: str
    state: StepState
    attempts: int = 0
    acted: bool = False
    started: str | None = None
    ended: str | None = None
    waiting_for: str | None = None
    waiting_since: str | None = None
    arguments: Any = None
    evidence: Any = None
    error: Any = None
    progress: Any = None
    undo_acted: bool = False
    undo_started: str | None = None
    undo_ended: str | None = None
    undo_evidence: Any = None
    undo_error: Any = None

    @property
    def begun(self) -> bool:
        """Whether the step may have changed anything."""
        return self.started is not None


class Steps:
    """The table of steps; a row's partition is the run, its row key the line's number."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def plan(self, run: str, lines: list[dict[str, Any]]) -> None:
        """Write all lines of a runbook (`seq`, `kind`, `name`, `arguments`) as planned; lines written before stay."""
        rows: list[Row] = [
            {"PartitionKey": run, "RowKey": f"{line['seq']:04d}", "state": "planned"}
            | {"kind": line["kind"], "name": line["name"], "arguments": values.canonical(line["arguments"])}
            for line in lines
        ]
        try:
            self._storage.create_all("steps", rows)
        except AlreadyThere:
            for row in rows:
                if self._storage.get("steps", run, row["RowKey"]) is None:
                    self._storage.merge("steps", row)

    def all(self, run: str) -> list[StepRow]:
        """All lines of the run in order."""
        rows = self._storage.partition("steps", run)
        return [self._read(row) for row in rows if row["RowKey"].isdigit()]

    def get(self, run: str, seq: int) -> StepRow:
        """One line; the runbook was written at the start, so it is there."""
        row = self._storage.get("steps", run, f"{seq:04d}")
        if row is None:
            raise KeyError(f"run {run} has no line {seq}")
        return self._read(row)

    def change(self, run: str, seq: int, **changes: Any) -> None:
        """Change some properties of a line; None clears one."""
        row: Row = {"PartitionKey": run, "RowKey": f"{seq:04d}"}
        for name, value in changes.items():
            if name in _JSON:
                row[name] = values.pack(value, self._storage, run) if value is not None else ""
            else:
                row[name] = "" if value is None else value
        self._storage.merge("steps", row)

    def before(self, run: str, seq: int) -> Any:
        """The before-state of a line; None when none was written."""
        row = self._storage.get("steps", run, f"{seq:04d}-before")
        return values.unpack(row["value"], self._storage) if row else None

    def keep_before(self, run: str, seq: int, value: Any) -> Any:
        """Write the before-state if none was written; what the ledger holds afterwards, which is the true one."""
        row: Row = {"PartitionKey": run, "RowKey": f"{seq:04d}-before", "at": now()}
        row["value"] = values.pack(value, self._storage, run)
        try:
            self._storage.create("steps", row)
        except AlreadyThere:
            return self.before(run, seq)
        return value

    def keep_left(self, run: str, value: Any) -> None:
        """Write how the run left the source, in place of what was written before."""
        row: Row = {"PartitionKey": run, "RowKey": "left", "at": now(), "value": values.pack(value, self._storage, run)}
        self._storage.merge("steps", row)

    def left(self, run: str) -> Any:
        """What `keep_left` wrote last; None when it never did."""
        row = self._storage.get("steps", run, "left")
        return values.unpack(row["value"], self._storage) if row else None

    def part(self, run: str, seq: int, direction: Direction, part: str) -> dict[str, Any]:
        """How far a part of a bulk copy is: `items`, `bytes`, `token`, `done`, `conflicts`."""
        row = self._storage.get("steps", run, _part_key(seq, direction, part))
        fresh: dict[str, Any] = {"items": 0, "bytes": 0, "token": None, "done": False, "conflicts": []}
        return values.unpack(row["value"], self._storage) if row else fresh

    def keep_part(self, run: str, seq: int, direction: Direction, part: str, value: dict[str, Any]) -> None:
        """Write how far a part is."""
        row = {"PartitionKey": run, "RowKey": _part_key(seq, direction, part), "at": now()}
        self._storage.merge("steps", row | {"value": values.pack(value, self._storage, run)})

    def forget_parts(self, run: str, seq: int, direction: Direction) -> None:
        """Begin all parts anew: what they found is not to be trusted."""
        for name in self.parts(run, seq, direction):
            self._storage.delete("steps", run, _part_key(seq, direction, name))

    def decide(self, run: str, seq: int, decision: dict[str, Any]) -> bool:
        """Write the decision of a gate; False when there is one already."""
        row: Row = {"PartitionKey": run, "RowKey": f"{seq:04d}-decision", "at": now(), "value": values.canonical(decision)}
        try:
            self._storage.create("steps", row)
        except AlreadyThere:
            return False
        return True

    def decision(self, run: str, seq: int) -> dict[str, Any] | None:
        """The decision of a gate: `decision` (approve or reject), `by`, `reason`, `channel`, `at`."""
        row = self._storage.get("steps", run, f"{seq:04d}-decision")
        return {**values.unpack(row["value"], self._storage), "at": row["at"]} if row else None

    def settle(self, run: str, way: Way, by: str, reason: str = "") -> dict[str, str]:
        """Which `way` a run goes for good, `by` whom, for what `reason`: the first who asks settles it, all are told the same.

        An abort and the last approval may come at the same moment, from different processes; this row decides between them.
        """
        settled = {"way": way, "by": by, "reason": reason}
        try:
            self._storage.create(
                "steps", {"PartitionKey": run, "RowKey": "way", "at": now(), "value": values.canonical(settled)}
            )
        except AlreadyThere:
            return self.way(run) or settled
        return settled

    def way(self, run: str) -> dict[str, str] | None:
        """What `settle` has settled; None while both ways are open."""
        row = self._storage.get("steps", run, "way")
        return dict(values.unpack(row["value"], self._storage)) if row else None

    def parts(self, run: str, seq: int, direction: Direction) -> dict[str, dict[str, Any]]:
        """How far all begun parts are, by name."""
        prefix = _part_key(seq, direction, "")
        rows = self._storage.partition("steps", run, start=prefix, end=prefix[:-1] + ".")  # a full stop follows a hyphen
        named = {row["RowKey"].removeprefix(prefix): row["value"] for row in rows}
        return {unquote(key.replace("=", "%")): values.unpack(value, self._storage) for key, value in named.items()}

    def _read(self, row: Row) -> StepRow:
        text = ("started", "ended", "waiting_for", "waiting_since", "undo_started", "undo_ended")
        return StepRow(
            seq=int(row["RowKey"]),
            kind=row["kind"],
            name=row["name"],
            state=row["state"],
            attempts=int(row.get("attempts", 0)),
            acted=bool(row.get("acted", False)),
            undo_acted=bool(row.get("undo_acted", False)),
            **{name: row.get(name) or None for name in text},
            **{name: values.unpack(row.get(name), self._storage) for name in _JSON},
        )


def _part_key(seq: int, direction: Direction, part: str) -> str:
    """A row key holds no slash, hash or question mark, and a percent sign is trouble: names of stores may have them all."""
    return f"{seq:04d}-{direction}-" + quote(part, safe=" ~").replace("%", "=")
