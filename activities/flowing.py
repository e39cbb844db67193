"""What goes on while people are waited for: changes of the source are brought over, and the last position is kept.

Lives here: one look. Never here: how long, or how often (the saga's).
"""

from activities import deltas
from activities.context import workplace
from activities.record import LedgerRecord
from activities.step import Work
from activities.trail import longer
from adapters.records import Json

_LINE = "sync_deltas"


def flow_deltas(asked: Json) -> Json:
    """Bring over what changed; the evidence of the line that synchronised last is told how far it is now."""
    ledger, run, plan, world = workplace(asked["run"], step="flow_deltas")
    rows = [row for row in ledger.steps.all(run.run) if row.name == _LINE and row.state == "done"]
    if not rows:
        return {}
    work = Work(run.run, plan, world, LedgerRecord(ledger, run))
    begun = deltas.begun(work)
    seen = deltas.look(Work(run.run, plan, world, work.record, did=begun))
    kept = rows[-1].evidence or {}
    lags = [*kept.get("lags", []), *seen["lags"]][-20:]
    applied = int(kept.get("applied", 0)) + seen["applied"]
    trail = longer(kept.get("lag_trail", []), *seen["lag_trail"])
    evidence = kept | seen | {"lags": lags, "applied": applied, "lag_trail": trail}
    ledger.steps.change(run.run, rows[-1].seq, evidence=evidence)
    return {"lag": seen["lags"][-1]}
