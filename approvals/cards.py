"""Notices as Adaptive Cards for a Workflows webhook of Teams.

Lives here: the card's form. Never here: sending, making links. Free text is put where no Markdown is read.
Sources: adaptivecards.io, schema 1.5; learn.microsoft.com, "Create incoming webhooks with Workflows" (envelope, at most 28 KB).
"""

from dataclasses import dataclass
from typing import Any

from approvals.facts import Facts
from approvals.notices import Notice
from plan.fields import format_duration, parse_duration

Json = dict[str, Any]
_LONGEST = 1500
"""Characters of a free text; a message of Teams holds 28 KB in all."""


@dataclass(frozen=True)
class Button:
    """A button that opens an address; `style` is `positive`, `destructive` or `default`."""

    title: str
    url: str
    style: str = "default"


def card(notice: Notice, facts: Facts | None, buttons: list[Button]) -> Json:
    """The card of a notice.

    Args:
        notice: what happened.
        facts: of the gate that asks, so that people know what they decide.
        buttons: signed links first, then the run's page.
    """
    known = {"Workload": notice.workload, "Run": notice.run, "State": notice.state, "By": notice.who, "At": notice.at}
    body: list[Json] = [
        {"type": "TextBlock", "text": _plain(notice.title), "size": "Large", "weight": "Bolder", "wrap": True},
        _text(notice.text),
        {"type": "FactSet", "facts": _facts(known | (_of_gate(facts) if facts else {}))},
    ]
    if facts:
        body += (
            _listed("Open exceptions", facts.exceptions)
            + _listed("What differs", facts.differs)
            + _listed("Next", facts.following)
            + _listed("Checked", facts.checked)
        )
    actions = [{"type": "Action.OpenUrl", "title": one.title[:80], "url": one.url, "style": one.style} for one in buttons]
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "fallbackText": f"{notice.title}: {notice.text}"[:_LONGEST],
        "body": body,
        "actions": actions,
    }


def message(content: Json) -> Json:
    """What a Workflows webhook takes: a message with the card attached."""
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _of_gate(facts: Facts) -> dict[str, str]:
    failback = format_duration(parse_duration(f"{round(facts.failback_seconds)}s"))
    asked = {
        "Gate": facts.gate,
        "If approved": facts.approved,
        "If rejected": facts.rejected,
        "Failback now": f"about {failback}",
    }
    votes = {"Said so far": ", ".join(facts.votes)} if facts.votes else {}
    return asked | {"Still needed": str(facts.missing), "Runbook": facts.runbook_hash} | votes


def _facts(known: dict[str, str]) -> list[Json]:
    return [{"title": title, "value": _plain(value)[:300]} for title, value in known.items() if value]


def _listed(title: str, lines: list[str]) -> list[Json]:
    if not lines:
        return []
    heading = {"type": "TextBlock", "text": title, "weight": "Bolder", "wrap": True, "spacing": "Medium"}
    return [heading, *(_text(f"- {line[:300]}") for line in lines[:8])]


def _text(text: str) -> Json:
    """Free text: a RichTextBlock shows it as it is, a TextBlock would read Markdown, links included."""
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text[:_LONGEST]}]}


def _plain(text: str) -> str:
    """Text for a place that reads Markdown: characters that could make a link or a format are taken away."""
    return "".join(" " if letter in "[]()*_`<>\r\n" else letter for letter in text)
