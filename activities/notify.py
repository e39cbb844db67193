"""Delivering notices: whatever stands in a run's events reaches every sink, in order, at least once, or is given up on record.

Lives here: order, retries, giving up. Never here: a request (sending.py), which events are told (approvals/notices.py). Nothing
here can hold up or fail a run.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from activities.context import started, web_of
from activities.sending import Sent, send, send_test
from adapters.ports import Web
from approvals.notices import notice_of, told
from ledger.clock import now, seconds_between
from ledger.events import Event
from ledger.ledger import Ledger, open_ledger
from ledger.outbox import Outgoing, Progress
from ledger.runs import Run
from plan.model import Plan
from plan.notices import Sink

_LOG = logging.getLogger("dayzero.notices")
AT_ONCE = 8
"""Sinks that are spoken to side by side: one that does not answer keeps no other waiting."""
BATCH = 20
"""Notices to one sink in one go."""
SLOWEST = 600.0
"""Seconds between two tries at most."""
GIVEN_UP = timedelta(hours=24)
"""Age of a notice after which it is no longer tried."""


def deliver() -> None:
    """Send what is due, of every run; called again and again by a timer, never twice at a time."""
    ledger = open_ledger()
    for outgoing in ledger.outbox.watched():
        try:
            _deliver(ledger, outgoing)
        except Exception as error:  # one run's trouble is not the next one's; it is tried again at the next call
            _LOG.error("notices of run %s could not be sent: %s", outgoing.run, type(error).__name__)


def try_out(plan: Plan) -> list[dict[str, object]]:
    """Send a test to every sink of a plan.

    Returns:
        For each sink `name`, `kind`, whether it was `taken`, and otherwise `why` not; neither address nor key.
    """
    web = web_of(plan)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda sink: send_test(web, sink, plan.workload), plan.notices))
    pairs = zip(plan.notices, results, strict=True)
    return [{"name": sink.name, "kind": sink.kind, "taken": one.taken, "why": one.why} for sink, one in pairs]


def _deliver(ledger: Ledger, outgoing: Outgoing) -> None:
    run, (_, plan) = ledger.runs.get(outgoing.run), started(outgoing.run)
    _remind(ledger, run, plan)
    listed = ledger.events.listed(run.run)
    known = set(outgoing.order)
    order = outgoing.order + [name for name, event in listed if told(event) and name not in known]
    events, web = dict(listed), web_of(plan)
    queue = [events[name] for name in order]

    def one(sink: Sink) -> Progress:
        return _to_sink(ledger, web, run, sink, queue, outgoing.sinks.get(sink.name, Progress()))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        sinks = dict(zip([sink.name for sink in plan.notices], pool.map(one, plan.notices), strict=True))
    reached = Outgoing(run.run, order, sinks)
    if not run.alive and any(event["kind"] == "ended" for event in queue) and all(s.sent == len(order) for s in sinks.values()):
        ledger.outbox.forget(run.run)
    elif reached != outgoing:
        ledger.outbox.keep(reached)


def _to_sink(ledger: Ledger, web: Web, run: Run, sink: Sink, queue: list[Event], at: Progress) -> Progress:
    """As many as go through now, each after the one before it."""
    if at.not_before > now():
        return at
    for place in range(at.sent, min(len(queue), at.sent + BATCH)):
        result = send(web, ledger, run, sink, notice_of(run, place + 1, queue[place]))
        if not result.taken and not result.final and not _old(queue[place]):
            return _later(ledger, run, sink, replace(at, sent=place, tries=at.tries + 1), result)
        if not result.taken:
            text = f"Notice {place + 1} did not reach sink {sink.name!r} and is given up: {result.why}."
            ledger.events.append(run.run, "note", text, key=f"notice-{sink.name}-{place + 1}")
        at = Progress(place + 1)
    return at


def _later(ledger: Ledger, run: Run, sink: Sink, at: Progress, result: Sent) -> Progress:
    """Try again after a while that doubles; the first failure is told in the events, once a notice."""
    text = f"Sink {sink.name!r} does not take notices: {result.why}. They are kept and tried again."
    ledger.events.append(run.run, "note", text, key=f"notice-late-{sink.name}-{at.sent + 1}")
    pause = timedelta(seconds=min(5.0 * 2 ** min(at.tries, 10), SLOWEST))
    return replace(at, not_before=(datetime.now(UTC) + pause).isoformat(timespec="milliseconds"))


def _old(event: Event) -> bool:
    return (seconds_between(event["at"]) or 0.0) > GIVEN_UP.total_seconds()


def _remind(ledger: Ledger, run: Run, plan: Plan) -> None:
    """An event each time that a gate has waited for another reminder's length; it is told like any other."""
    if run.state != "waiting" or all(gate.reminder is None for gate in plan.approvals.values()):
        return
    for line in ledger.steps.all(run.run):
        gate = next((rules for name, rules in plan.approvals.items() if name == line.name and line.kind == "gate"), None)
        if gate is None or gate.reminder is None or line.state != "waiting" or ledger.steps.decision(run.run, line.seq):
            continue
        times = int((seconds_between(line.started) or 0.0) // gate.reminder.total_seconds())
        if times:
            text, detail = f"Gate {line.name} still waits for {line.waiting_for}.", {"gate": line.name, "asked": "reminder"}
            ledger.events.append(run.run, "gate", text, detail=detail, key=f"reminder-{line.seq}-{times}")
