"""The Day-0 manual as one HTML page that needs nothing else: for people who have never seen dayzero, on screen and on paper.

Lives here: what is on the page, and the policy under which a browser may show it. Never here: words of steps, commands.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from ledger.values import digest
from ledger.votes import Vote
from manual.by_hand import beforehand, by_hand
from manual.failing import key_points, known_failures
from manual.markdown import in_words
from manual.permissions import permissions
from manual.recorder import Line
from manual.timeline import timeline
from plan.hash import plan_hash
from plan.model import Plan

_FOLDER = Path(__file__).parent
_PAGES = jinja2.Environment(loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True)
_STYLE = (_FOLDER / "manual.css").read_text(encoding="utf-8")
_LINK = re.compile(r"\[([^]]*)\]\([^)]*\)")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"
"""Content-Security-Policy of the page: its own style and nothing else, no script, no picture from elsewhere."""


def manual_html(plan: Plan, runbook: list[Line], signed: Sequence[Vote] = ()) -> str:
    """The page.

    Args:
        plan: what moves.
        runbook: lines as `manual.recorder.record` gives them, or as the ledger kept them.
        signed: who has signed the runbook off so far, or objected.
    """
    return _PAGES.get_template("manual.html.j2").render(
        plan=plan,
        runbook=runbook,
        signed=signed,
        hands={line["seq"]: by_hand(plan, line) for line in runbook if line["kind"] == "step"},
        beforehand=beforehand(plan),
        gates=[line for line in runbook if line["kind"] == "gate"],
        picture=timeline(runbook),
        planned=sum(line["estimate_seconds"] for line in runbook),
        permissions=permissions(plan),
        key_points=key_points(runbook),
        failures=known_failures(runbook),
        plan_hash=plan_hash(plan),
        runbook_hash=digest(runbook),
        style=Markup(_STYLE),  # noqa: S704 - this room's own file
        policy=POLICY,
    )


def _marked(text: object) -> Markup:
    """Text in which `...` stands for code; of links only the words stay, as paper has no use for them."""
    pieces = _LINK.sub(r"\1", str(text)).split("`")
    closed = len(pieces) % 2 == 1
    marked = [
        Markup("<code>{}</code>").format(piece) if closed and odd % 2 else escape(piece) for odd, piece in enumerate(pieces)
    ]
    return Markup("").join(marked)


_PAGES.filters |= {"in_words": in_words, "marked": _marked}
