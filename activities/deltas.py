"""Bringing changes over: one look at every store, what it says about the lag, and which keys it touched.

Lives here: what the steps that apply deltas have in common. Positions and touched keys go from step to step through the ledger;
a position is never estimated, and a position without the keys that were touched on the way to it is never written.
"""

from activities.step import Work
from activities.trail import longer, moment
from adapters.records import Json
from adapters.replication import KEYS_AT_MOST, Delta

SECONDS = 10.0
"""How long one look at one store may take."""
_STEPS = ("verify_delta", "copy_delta", "recheck_touched", "verify_backup", "sync_deltas", "start_replication")
"""Steps that note positions; of two that are equally far the one that comes first is right."""


def begun(work: Work) -> Json:
    """Where the step that looked last stopped, or where replication began.

    Returns:
        `positions` and `touched` by store (`keys`, and `whole`: whether these are all since the last full verification),
        `looks` so far, and fresh `applied` and `lags`.
    """
    found = [evidence for step in _STEPS if (evidence := work.record.evidence(step)) and evidence.get("positions")]
    last: Json = max(found, key=lambda evidence: int(evidence.get("looks", 0)), default={})
    kept = {"positions": last.get("positions", {}), "touched": last.get("touched", {}), "looks": last.get("looks", 0)}
    return kept | {"applied": 0, "lags": []}


def look(work: Work) -> Json:
    """Apply what is there for a while; what is to be remembered: as `begun`, with `caught_up` and the last lags in seconds."""
    return looked(work)[0]


def looked(work: Work) -> tuple[Json, dict[str, frozenset[str]]]:
    """As `look`, and the keys that this look touched by store."""
    positions, touched, applied, lag, caught_up = {}, {}, int(work.did["applied"]), 0.0, True
    moved = {}
    for name, replication in work.world.replications.items():
        delta = replication.apply(work.did["positions"][name], SECONDS)
        positions[name], moved[name] = delta.position, frozenset(delta.keys)
        touched[name] = _with(work.did["touched"].get(name), delta)
        applied += delta.applied
        lag, caught_up = max(lag, delta.lag_seconds), caught_up and delta.caught_up
    lags, most = [*work.did["lags"], round(lag, 1)][-20:], max(float(work.did.get("lag_max", 0.0)), round(lag, 1))
    looks = work.did["looks"] + 1
    trail = longer(work.did.get("lag_trail", []), [moment(work.now), round(lag, 1)])
    seen = {"positions": positions, "touched": touched, "looks": looks, "applied": applied, "lags": lags, "lag_max": most}
    seen |= {"lag_trail": trail}
    return seen | {"caught_up": caught_up}, moved


def _with(known: Json | None, delta: Delta) -> Json:
    """The keys with those of one more look; too many are forgotten, as then everything has to be verified."""
    keys = sorted({*(known["keys"] if known else ()), *delta.keys})
    whole = delta.keys_whole and len(keys) <= KEYS_AT_MOST and (known is None or bool(known["whole"]))
    return {"keys": keys if whole else [], "whole": whole}
