"""The printed manual: all that the runbook says, in Markdown that stays in shape whatever people are called."""

from datetime import timedelta

import pytest
from markdown_it import MarkdownIt

from ledger.values import digest
from manual.markdown import cell, in_words, manual
from manual.recorder import record
from orchestrators.strategies import RUNBOOKS
from plan.hash import plan_hash
from plan.load import plan_from_json
from plan.model import Strategy
from tests.plan.plans import data, example

PLAN = example()
LINES = record(PLAN)
TEXT = manual(PLAN, LINES)


def tables(text: str) -> list[list[list[str]]]:
    """Cells of every table, row by row, as a renderer sees them."""
    found: list[list[list[str]]] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for i, token in enumerate(tokens):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in {"th_open", "td_open"}:
            found[-1][-1].append(tokens[i + 1].content)
    return found


def headings(text: str) -> list[str]:
    tokens = MarkdownIt("commonmark").parse(text)
    return [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"]


@pytest.mark.parametrize("strategy", RUNBOOKS)
def test_every_line_has_its_chapter_in_order(strategy: Strategy) -> None:
    plan = PLAN.model_copy(update={"strategy": strategy})
    lines = record(plan)
    titles = headings(manual(plan, lines))
    gate = {"step": "", "gate": " (gate)"}
    assert [text for text in titles if text[0].isdigit()] == [f"{it['seq']}. {it['name']}{gate[it['kind']]}" for it in lines]
    assert {"Prerequisites", "Roles", "Timeline", "Runbook", "Failback"} <= set(titles)


def test_how_near_the_copy_must_come_is_printed() -> None:
    timing = PLAN.timing.model_copy(update={"lag": timedelta(seconds=47)})
    plan = PLAN.model_copy(update={"strategy": "minimized-downtime", "timing": timing})
    assert "until they are at most 47s old" in manual(plan, record(plan))


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["name"])
def test_all_that_a_line_says_is_printed(line: dict[str, str]) -> None:
    steps = ("title", "person", "contact", "instruction", "expected", "validation", "rollback")
    for word in steps if line["kind"] == "step" else ("title", "person", "asks", "approved", "rejected"):
        assert line[word] in TEXT


def test_tables_are_whole() -> None:
    roles, timeline, failback = tables(TEXT)
    assert {row[0] for row in roles[1:]} == set(PLAN.owners)
    assert [row[0] for row in timeline[1:]] == [str(line["seq"]) for line in LINES]
    back = [row[1].strip("`") for row in failback[1:]]
    assert back == [line["name"] for line in reversed(LINES) if line["kind"] == "step"]
    assert all(len(row) == len(rows[0]) and all(row) for rows in (roles, timeline, failback) for row in rows)


def test_the_hashes_that_approvals_name_are_printed() -> None:
    assert digest(LINES) in TEXT
    assert plan_hash(PLAN)[:12] in TEXT


def test_names_with_bars_and_breaks_stay_in_their_cells() -> None:
    odd = data()
    odd["owners"]["qa"] = {"name": "Quinn | Test", "contact": "a|b"}
    odd["sign_offs"] = [done | {"by": "Lena Lead"} for done in odd["sign_offs"]]
    plan = plan_from_json(odd, "odd")
    roles, timeline, _ = tables(manual(plan, record(plan)))
    assert [row for row in roles if row[0] == "qa"] == [["qa", "Quinn | Test", "a|b"]]
    assert len(timeline) == len(LINES) + 1
    assert cell("a|b\nc") == "a\\|b c"


def test_estimates_add_up() -> None:
    timeline = tables(TEXT)[1]
    assert timeline[1][4] == in_words(0)
    total = sum(line["estimate_seconds"] for line in LINES[:-1])
    assert timeline[-1][4] == in_words(total)
    assert f"Planned: {in_words(sum(line['estimate_seconds'] for line in LINES))}" in TEXT
    assert in_words(None) == "-"
