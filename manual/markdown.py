"""The Day-0 manual as Markdown: the recorded runbook in a form that people print.

Lives here: the order of chapters. Never here: words of steps; those come with the runbook.
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import jinja2

from ledger.values import canonical, digest
from ledger.votes import Vote
from manual.by_hand import beforehand, by_hand
from plan.fields import format_duration
from plan.hash import plan_hash
from plan.model import Plan

_FOLDER = jinja2.FileSystemLoader(Path(__file__).parent)
# Markdown, not HTML: what a browser shows is escaped by what renders it
_PAGES = jinja2.Environment(loader=_FOLDER, autoescape=False, trim_blocks=True, lstrip_blocks=True)  # noqa: S701


def in_words(seconds: float | None) -> str:
    """A duration for a person: tenths of a second below a minute, else in whole seconds; a dash for none."""
    if seconds is None:
        return "-"
    return f"{seconds:g} s" if seconds < 60 else format_duration(timedelta(seconds=round(seconds)))


def cell(value: Any) -> str:
    """Text that stays in its table cell, or in its line of a list."""
    return " ".join(str(value).splitlines()).replace("|", "\\|")


_PAGES.filters |= {"in_words": in_words, "cell": cell, "json": canonical}


def render(page: str, **values: Any) -> str:
    """A template of this room, filled."""
    return _PAGES.get_template(page).render(**values)


def manual(plan: Plan, runbook: list[dict[str, Any]], signed: Sequence[Vote] = ()) -> str:
    """The manual of a plan.

    Args:
        plan: what moves.
        runbook: lines as `manual.recorder.record` gives them, or as the ledger kept them.
        signed: who has signed the runbook off so far, or objected.
    """
    planned = sum(line["estimate_seconds"] for line in runbook)
    hashes = {"plan_hash": plan_hash(plan), "runbook_hash": digest(runbook)}
    typed = {
        "hands": {line["seq"]: by_hand(plan, line) for line in runbook if line["kind"] == "step"},
        "beforehand": beforehand(plan),
    }
    return render("manual.md.j2", plan=plan, runbook=runbook, signed=signed, planned=planned, **hashes, **typed)
