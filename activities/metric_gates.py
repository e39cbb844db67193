"""The plan's metric gates, held against what was seen of both sides.

Lives here: which numbers each kind of gate is judged by, and with what in place of a source that no client uses any more.
Never here: the statistics (judging.py), reading numbers.
"""

from activities.judging import Counts, Judgement, compared, errors, limited, slower
from activities.metric_readings import name_of
from adapters.observing import SIDES
from adapters.records import Json
from plan.metrics import AnyGate, CustomMetric, ErrorRate, Latency, Metrics, ProbeErrors, QueueAge, Throttles

_WORST_FIRST = ("fail", "inconclusive", "pass")


def judge(metrics: Metrics, seen: Json, alpha: float, *, whole: bool) -> list[Json]:
    """Every gate's `name`, `kind`, `verdict`, `why`, `p`, and `binding`: whether it decides.

    Args:
        metrics: of the plan.
        seen: as `watching.look` gives it.
        alpha: what this judgement may spend.
        whole: whether the bake has lasted its time; until then nothing is held against a lower limit or the other side.
    """
    return [_told(gate, _judgement(gate, metrics, seen, alpha, whole)) for gate in metrics.gates]


def clients(seen: Json) -> dict[str, Counts]:
    """Clients' requests by side, as the services count them."""
    counted = seen["metrics"]
    return {side: Counts(counted[side].get("requests", 0), counted[side].get("errors", 0)) for side in SIDES}


def reference(seen: Json, minimum: int) -> Counts:
    """What the target's errors are compared with: the source's now, else at earlier weights as well, else its probes.

    At 100 % the source has no clients any more, and some services cannot count at all.
    """
    now, earlier = clients(seen)["source"], Counts(**seen["reference"])
    probed = Counts(**seen["probes"]["source"])
    enough = [counts for counts in (now, now + earlier, probed) if counts.total >= minimum]
    return enough[0] if enough else Counts(0, 0)


def _judgement(gate: AnyGate, metrics: Metrics, seen: Json, alpha: float, whole: bool) -> Judgement:
    minimum, counted = metrics.minimum, seen["metrics"]
    match gate:
        case ErrorRate():
            return errors(reference(seen, minimum), clients(seen)["target"], gate.above, alpha, minimum)
        case ProbeErrors():
            probes = {side: Counts(**seen["probes"][side]) for side in SIDES}
            return errors(probes["source"], probes["target"], gate.above, alpha, minimum)
        case Latency():
            slack, seconds = gate.slack.total_seconds(), seen["seconds"]
            return slower(
                seconds["source"],
                seconds["target"],
                ratio=gate.ratio,
                slack=slack,
                quantile=gate.quantile,
                alpha=alpha,
                minimum=minimum,
            )
        case Throttles():
            return limited({"target": float(counted["target"]["throttled"])}, above=float(gate.limit), below=None)
        case QueueAge():
            ages: dict[str, float | None] = {side: counted[side]["queues"][gate.queue] for side in SIDES}
            return limited(ages, above=gate.limit.total_seconds(), below=None)
        case CustomMetric():
            return _custom(gate, {side: counted[side]["values"][name_of(gate)] for side in SIDES}, whole)


def _custom(gate: CustomMetric, values: dict[str, float | None], whole: bool) -> Judgement:
    asked = {"source": gate.source, "target": gate.target}
    named = {side: value for side, value in values.items() if asked[side] is not None}
    found = [limited(named, gate.above, gate.below if whole else None)]
    if gate.ratio is not None and whole:
        found.append(compared(values["source"], values["target"], gate.ratio))
    worst = min(found, key=lambda judgement: _WORST_FIRST.index(judgement.verdict))
    early = worst.verdict == "pass" and not whole and not (gate.below is None and gate.ratio is None)
    return Judgement("inconclusive", f"{worst.why}; the bake is not over") if early else worst


def _told(gate: AnyGate, judgement: Judgement) -> Json:
    p = None if judgement.p is None else float(f"{judgement.p:.3g}")
    told = {"name": name_of(gate), "kind": gate.kind, "verdict": judgement.verdict, "binding": not gate.dry}
    return told | {"why": judgement.why, "p": p}
