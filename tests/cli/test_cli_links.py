"""The verb `link`: what it asks for, and that it shows each link with its person."""

import json

import pytest

from tests.cli.agent import RUN, Agent
from tests.cli.conftest import Command

DOOR = f"POST /api/migrations/{RUN}/approvals/cutover/links"
MADE = {
    "run": RUN,
    "gate": "cutover",
    "links": [
        {"for": "Lena Lead", "url": "https://agent.example.com/api/decide/a.b.c.d", "expires": "2026-11-24T02:00:00+00:00"},
        {"for": "Petra Product", "url": "https://agent.example.com/api/decide/e.f.g.h", "expires": "2026-11-24T02:00:00+00:00"},
    ],
}


@pytest.mark.parametrize(
    ("words", "body"),
    [
        ([], {"minutes": 1440, "by": "Lena Lead"}),
        (["--for", "Petra Product", "--minutes", "5"], {"minutes": 5, "by": "Lena Lead", "for": "Petra Product"}),
    ],
)
def test_links_are_asked_for_and_shown(dayzero: Command, agent: Agent, words: list[str], body: dict[str, object]) -> None:
    agent.answers[DOOR] = [(201, MADE)]
    shown = dayzero("link", RUN, "cutover", *words)
    assert (shown.exit_code, agent.asked[-1].body) == (0, body)
    for one in MADE["links"]:
        assert isinstance(one, dict)
        assert f"{one['for']} (until {one['expires']}):\n{one['url']}" in shown.output
    assert json.loads(dayzero("link", RUN, "cutover", "--json").stdout) == MADE


def test_a_refusal_is_told(dayzero: Command, agent: Agent) -> None:
    refusal = {
        "title": "Decision refused",
        "status": 503,
        "detail": "The agent's setting DAYZERO_LINK_KEYS is empty.",
        "mend": "Set it.",
    }
    agent.answers[DOOR] = [(503, refusal)]
    shown = dayzero("link", RUN, "cutover")
    assert shown.exit_code != 0
    assert "DAYZERO_LINK_KEYS is empty" in shown.output
