"""Notices as CloudEvents 1.0 in the structured JSON form, for any other receiver.

Lives here: the envelope. Never here: sending, signing.
Source: github.com/cloudevents/spec, JSON format and `sequence` extension.
"""

from typing import Any

from approvals.facts import Facts
from approvals.notices import Notice

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


def cloud_event(notice: Notice, facts: Facts | None, address: str, links: list[dict[str, str]]) -> dict[str, Any]:
    """The event; the same notice has the same `id` each time it is sent, so that receivers can drop what they have.

    Args:
        notice: what happened.
        facts: of the gate that asks.
        address: of the run's door, the event's source.
        links: `for`, `decision`, `url` of signed links, if the sink gets any.
    """
    data: dict[str, Any] = {"title": notice.title, "text": notice.text, "who": notice.who, "state": notice.state}
    data |= {"workload": notice.workload, "run": notice.run, "gate": notice.gate or None, "links": links}
    if facts:
        data["asked"] = {"approved": facts.approved, "rejected": facts.rejected, "runbook_hash": facts.runbook_hash}
        data["asked"] |= {"differs": facts.differs, "missing": facts.missing, "failback_seconds": facts.failback_seconds}
    return {
        "specversion": "1.0",
        "id": f"{notice.run}/{notice.sequence}",
        "source": address,
        "type": f"dayzero.{notice.kind}",
        "subject": notice.run,
        "time": notice.at,
        "datacontenttype": "application/json",
        "sequence": f"{notice.sequence:08d}",
        "data": data,
    }
