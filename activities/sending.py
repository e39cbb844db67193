"""Sending one notice to one sink: the form, the signature, the address, and what came of it.

Lives here: one try. Never here: order and retries (notify.py). An address or a key is in no result, log or exception.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from adapters.ports import Web
from approvals.address import public_address
from approvals.approvers import Rules
from approvals.cards import Button, card, message
from approvals.cloudevents import CONTENT_TYPE, cloud_event
from approvals.facts import Facts, facts
from approvals.keys import LINK_KEYS, keys
from approvals.links import new_link, seal
from approvals.notices import Notice
from approvals.signatures import HEADER, signature
from approvals.sinks import address, unready
from ledger.clock import now
from ledger.ledger import Ledger
from ledger.runs import Run
from plan.notices import Sink

_PASSING = {0, 408, 425, 429}
"""Statuses below 500 after which the same request may succeed; 0 is no answer."""
_DECISIONS = ("approve", "reject")


@dataclass(frozen=True)
class Sent:
    """What came of one try: taken, refused for good, or to be tried again; `why` is for the record."""

    taken: bool
    final: bool
    why: str = ""


def send(web: Web, ledger: Ledger, run: Run, sink: Sink, notice: Notice) -> Sent:
    """Try once."""
    return _tried(web, sink, lambda: _content(ledger, run, sink, notice))


def send_test(web: Web, sink: Sink, workload: str) -> Sent:
    """Try a sink with a notice of nothing; whatever a real one needs must be there, keys for its people's links included."""
    text = "This place is told what happens in a migration. Nothing has happened: somebody tests whether it is reached."
    name = f"test-{secrets.token_hex(8)}"  # receivers drop what they have seen
    notice = Notice(name, workload, 1, "test", "A test", text, "dayzero", now(), gate="", asks=False, state="")

    def content() -> tuple[bytes, dict[str, str]]:
        return _formed(sink, notice, None, [], Button("Open the dashboard", f"{public_address()}/api/dashboard"))

    return _tried(web, sink, content)


def _tried(web: Web, sink: Sink, content: Callable[[], tuple[bytes, dict[str, str]]]) -> Sent:
    url, why = address(sink), unready(sink)
    if why:
        return Sent(taken=False, final=False, why=why)
    body, headers = content()
    answer = web.ask("POST", url, body, headers)
    if 200 <= answer.status < 300:
        return Sent(taken=True, final=True)
    what = f"it answered {answer.status}" if answer.status else f"it did not answer ({answer.error.partition(':')[0]})"
    return Sent(taken=False, final=answer.status not in _PASSING and answer.status < 500, why=what)


def _content(ledger: Ledger, run: Run, sink: Sink, notice: Notice) -> tuple[bytes, dict[str, str]]:
    asked = _asked(ledger, run, notice)
    links = _links(run, sink, notice) if asked else []
    return _formed(sink, notice, asked, links, Button("Open the run", f"{public_address()}/api/dashboard/{run.run}"))


def _formed(
    sink: Sink, notice: Notice, asked: Facts | None, links: list[dict[str, str]], page: Button
) -> tuple[bytes, dict[str, str]]:
    if sink.kind == "teams-workflow":
        buttons = [
            Button(f"{one['decision'].capitalize()} as {one['for']}", one["url"], _STYLES[one["decision"]]) for one in links
        ]
        body = json.dumps(message(card(notice, asked, [*buttons, page]))).encode()
        headers = {"content-type": "application/json"}
    else:
        body = json.dumps(cloud_event(notice, asked, f"{public_address()}/api/migrations/{notice.run}", links)).encode()
        headers = {"content-type": CONTENT_TYPE}
    if sink.signing_setting:
        headers[HEADER] = signature(keys(sink.signing_setting), notice.run, body)
    return body, headers


_STYLES = {"approve": "positive", "reject": "destructive"}


def _asked(ledger: Ledger, run: Run, notice: Notice) -> Facts | None:
    """What people should know to decide, while the gate still asks for them; a notice that comes late asks for nothing."""
    if not notice.asks or run.failing_back or not run.alive:
        return None
    found = facts(ledger, run, notice.gate)
    return found if found.state == "waiting" else None


def _links(run: Run, sink: Sink, notice: Notice) -> list[dict[str, str]]:
    """Signed links for the sink's people who may decide at this gate by link; one for each decision."""
    rules = Rules(run, notice.gate)
    people = [name for name in sink.links_for if name in rules.people()] if "link" in rules.gate.channels else []
    if not people:
        return []
    sealing, lasts = keys(LINK_KEYS), max(rules.gate.timeout, timedelta(hours=1))
    made = [new_link(run.run, notice.gate, run.runbook_hash, name, lasts, (word,)) for name in people for word in _DECISIONS]
    base = f"{public_address()}/api/decide"
    return [{"for": one.person, "decision": one.decisions[0], "url": f"{base}/{seal(sealing, one)}"} for one in made]
