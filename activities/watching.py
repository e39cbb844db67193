"""Watching both sides during a bake: probes and counters, one look after the other, remembered as small JSON.

Lives here: what is seen and how it adds up. Never here: whether it is good enough.
"""

from datetime import datetime

from activities import metric_readings, paired_probes
from activities.metric_gates import clients
from activities.paired_probes import Pair
from activities.step import Work
from activities.trail import Trail, longer, moment
from adapters.errors import AdapterError
from adapters.observing import SIDES
from adapters.records import Json

_KEPT = 400
"""Durations of each side that are kept, the latest ones: enough for any test, little enough for a row of the ledger."""


def begin(work: Work, earlier: Json | None) -> Json:
    """What is remembered when the watch begins.

    Args:
        work: of the step.
        earlier: what was seen at the weight before, if any; its source is the reference once no client uses it any more.

    Raises:
        AdapterError: a counter cannot be read, or there is no such metric.
    """
    start = work.now.replace(second=0, microsecond=0)
    baseline = metric_readings.read(work, start)
    return {
        "since": work.now.isoformat(),
        "from": start.isoformat(),
        "looks": 0,
        "extended": 0,
        "baseline": baseline,
        "metrics": metric_readings.within(baseline, baseline, work.plan.checks.metrics.gates),
        "reference": _reference(earlier),
        "probes": {side: {"total": 0, "bad": 0} for side in SIDES},
        "in_a_row": 0,
        "seconds": {side: [] for side in SIDES},
        "unread": "",
        "request_trail": _requests(work.now, {side: {"requests": 0, "errors": 0} for side in SIDES}),
    }


def look(work: Work, at_least: int = 0) -> tuple[Json, str]:
    """One more look; what is remembered, and what was wrong with the target's last wrong answer (empty: none in this look).

    A service that does not answer for the moment does not end a bake: what it said last stands, `unread` says why.

    Args:
        work: of the step.
        at_least: so many pairs must have been asked afterwards: a judgement shall not lack what the agent can bring about.
    """
    did, metrics = work.did, work.plan.checks.metrics
    asked = int(did["probes"]["target"]["total"])
    pairs = paired_probes.ask(work, asked, max(metrics.pairs, at_least - asked))
    count, problem = paired_probes.in_a_row(pairs, did["in_a_row"])
    counted, unread, trail = did["metrics"], "", did["request_trail"]
    try:
        readings = metric_readings.read(work, datetime.fromisoformat(did["from"]))
        counted = metric_readings.within(readings, did["baseline"], metrics.gates)
        trail = longer(trail, *_requests(work.now, counted))
    except AdapterError as error:
        if not error.transient:
            raise
        unread = error.message
    seen = did | {"looks": did["looks"] + 1, "metrics": counted, "unread": unread, "in_a_row": count, "request_trail": trail}
    return seen | {"probes": _probes(did, pairs), "seconds": _seconds(did, pairs)}, problem


def _requests(at: datetime, counted: Json) -> Trail:
    """What clients asked of both sides so far as one reading; none when no gate of the plan counts requests."""
    sides = [counted[side] for side in SIDES]
    if any(side.get("requests") is None for side in sides):
        return []
    return [[moment(at), *(value for side in sides for value in (side["requests"], side["errors"]))]]


def _reference(earlier: Json | None) -> Json:
    if not earlier or "reference" not in earlier:
        return {"total": 0, "bad": 0}
    now, before = clients(earlier)["source"], earlier["reference"]
    return {"total": before["total"] + now.total, "bad": before["bad"] + now.bad}


def _probes(did: Json, pairs: list[Pair]) -> Json:
    wrong = {
        "source": sum(pair.source.problem is not None for pair in pairs),
        "target": sum(pair.target.problem is not None for pair in pairs),
    }
    known = did["probes"]
    return {side: {"total": known[side]["total"] + len(pairs), "bad": known[side]["bad"] + wrong[side]} for side in SIDES}


def _seconds(did: Json, pairs: list[Pair]) -> Json:
    """Durations of pairs that both sides answered well: an error is quick, and says nothing about how long work takes."""
    good = [pair for pair in pairs if pair.source.problem is None and pair.target.problem is None]
    new = {"source": [pair.source.seconds for pair in good], "target": [pair.target.seconds for pair in good]}
    return {side: [*did["seconds"][side], *new[side]][-_KEPT:] for side in SIDES}
