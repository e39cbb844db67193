"""What a step may read of the other lines of its run."""

from datetime import datetime, timedelta
from typing import Any

from adapters.records import Json
from ledger.exceptions import Differing
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.steps import StepRow
from rehearsal.confidence import unrehearsed


class LedgerRecord:
    """The record of a run, read when asked; a step that stands twice in a runbook answers with its last line that began."""

    def __init__(self, ledger: Ledger, run: Run) -> None:
        self._ledger, self._run = ledger, run

    def _rows(self, step: str) -> list[StepRow]:
        lines = [line["seq"] for line in self._run.runbook if line["name"] == step]
        rows = [self._ledger.steps.get(self._run.run, seq) for seq in lines]
        return [row for row in rows if row.begun]

    def _row(self, step: str) -> StepRow | None:
        begun = self._rows(step)
        return begun[-1] if begun else None

    def before(self, step: str) -> Any:
        """The before-state of that step; None when it was never begun."""
        row = self._row(step)
        return self._ledger.steps.before(self._run.run, row.seq) if row else None

    def first_before(self, step: str) -> Any:
        """The before-state of that step's first line."""
        begun = self._rows(step)
        return self._ledger.steps.before(self._run.run, begun[0].seq) if begun else None

    def evidence(self, step: str) -> Any:
        """The evidence of that step, also of one that was undone since; None when it never got that far."""
        found = [row.evidence for row in self._rows(step) if row.evidence is not None]
        return found[-1] if found else None

    def parts(self, step: str) -> dict[str, Json]:
        """The parts of that step's bulk copy."""
        row = self._row(step)
        return self._ledger.steps.parts(self._run.run, row.seq, "do") if row else {}

    def begun(self, step: str) -> bool:
        """Whether that step may have changed anything."""
        return self._row(step) is not None

    def unrehearsed(self, within: timedelta | None) -> list[str]:
        """Steps whose failure was not rehearsed within that time, or ever; a rehearsal asks for none."""
        run = self._run
        if self._ledger.rehearsals.get(run.workload, run.run) is not None:
            return []
        return unrehearsed(self._ledger, run.workload, run.strategy, run.runbook, within)

    def unheard(self) -> dict[str, str]:
        """Sinks that have not taken the notice of the start, by name: why not, by the last try; empty for not tried yet."""
        progress = self._ledger.outbox.progress(self._run.run)
        events = dict(self._ledger.events.listed(self._run.run))
        found = {}
        for sink in self._run.plan["notices"]:
            name = sink["name"]
            given_up, late = (events.get(f"key-notice-{kind}{name}-1") for kind in ("", "late-"))
            if given_up or name not in progress or progress[name].sent == 0:
                found[name] = next((str(event["text"]) for event in (given_up, late) if event), "")
        return found

    def undone(self, step: str) -> bool:
        """Whether that step was brought back to its end."""
        row = self._row(step)
        return row is not None and row.state == "undone"

    def started(self, step: str) -> datetime | None:
        """When that step began."""
        row = self._row(step)
        return datetime.fromisoformat(row.started) if row and row.started else None

    def ended(self, step: str) -> datetime | None:
        """When that step was done."""
        row = self._row(step)
        return datetime.fromisoformat(row.ended) if row and row.ended else None

    def note_exceptions(self, step: str, beyond: list[Json], within: list[Json]) -> list[str]:
        """Keep items that differ; `store key` of those that are open."""
        table, found = self._ledger.exceptions, [Differing(**row) for row in (*within, *beyond)]
        table.note(self._run.run, step, found)
        for row in within:
            table.accept(self._run.run, Differing(**row).id, "plan", "the plan allows as many (unexplained_differences)")
        return [f"{row.store} {row.key}" for row in table.open(self._run.run)]

    def accepted_exceptions(self) -> list[Json]:
        """Items that may differ as they do."""
        return [row.as_json() for row in self._ledger.exceptions.of(self._run.run) if row.decision == "accepted"]
