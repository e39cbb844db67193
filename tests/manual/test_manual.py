"""The printed manual: all that the runbook says, in Markdown that stays in shape whatever people are called."""

import pytest
from markdown_it import MarkdownIt

from ledger.values import digest
from manual.markdown import cell, in_words, manual
from manual.recorder import record
from plan.hash import plan_hash
from plan.load import plan_from_json
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


def test_every_line_has_its_chapter_in_order() -> None:
    chapters = [text for text in headings(TEXT) if text[0].isdigit()]
    gate = {"step": "", "gate": " (gate)"}
    assert chapters == [f"{line['seq']}. {line['name']}{gate[line['kind']]}" for line in LINES]
    assert {"Prerequisites", "Roles", "Timeline", "Runbook", "Failback"} <= set(headings(TEXT))


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
