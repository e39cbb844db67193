"""The page behind a signed link: facts, a reason, two buttons. No script, nothing from elsewhere, no secret.

Lives here: filling the template, and the headers that keep the page safe. Never here: HTTP, decisions.
"""

import base64
import hashlib
from datetime import timedelta
from pathlib import Path

import jinja2

from approvals.facts import Facts
from approvals.links import Link
from plan.fields import format_duration

_FOLDER = Path(__file__).parent
_PAGES = jinja2.Environment(loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, undefined=jinja2.StrictUndefined)
_STYLE = (_FOLDER / "page.css").read_text(encoding="utf-8")
_PAGES.globals["style"] = _STYLE
_PAGES.filters["duration"] = lambda seconds: format_duration(timedelta(seconds=round(seconds)))

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
"""The address holds the token: no referrer, no cache, no index."""


def question(facts: Facts, link: Link) -> str:
    """The page that asks; its form posts to the address that it was read from."""
    return _PAGES.get_template("question.html.j2").render(facts=facts, link=link)


def told(title: str, lines: list[str]) -> str:
    """The page that says what came of it."""
    return _PAGES.get_template("told.html.j2").render(title=title, lines=lines)
