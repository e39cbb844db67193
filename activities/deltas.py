"""Bringing changes over: one look at every store, and what it says about the lag.

Lives here: what the steps that apply deltas have in common. Positions go from step to step through the ledger, never estimated.
"""

from activities.step import Work
from adapters.records import Json

SECONDS = 10.0
"""How long one look at one store may take."""


def begun(work: Work) -> Json:
    """The positions where the last step that applied deltas stopped, or where replication began."""
    for step in ("sync_deltas", "start_replication"):
        evidence = work.record.evidence(step)
        if evidence and evidence.get("positions"):
            return {"positions": evidence["positions"], "applied": 0, "lags": []}
    return {"positions": {}, "applied": 0, "lags": []}


def look(work: Work) -> Json:
    """Apply what is there for a while; what is to be remembered: positions, items applied in all, the last lags in seconds."""
    positions, applied, lag, caught_up = {}, int(work.did["applied"]), 0.0, True
    for name, replication in work.world.replications.items():
        delta = replication.apply(work.did["positions"][name], SECONDS)
        positions[name] = delta.position
        applied += delta.applied
        lag, caught_up = max(lag, delta.lag_seconds), caught_up and delta.caught_up
    lags = [*work.did["lags"], round(lag, 1)][-20:]
    return {"positions": positions, "applied": applied, "lags": lags, "caught_up": caught_up}
