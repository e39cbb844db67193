"""The page for people: one file that needs nothing else, with all that the runbook says, safe whatever people are called."""

import base64
import hashlib
import html
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from ledger.values import digest
from manual.by_hand import beforehand, by_hand
from manual.failing import key_points, known_failures
from manual.html import POLICY, manual_html
from manual.recorder import record
from manual.timeline import timeline
from orchestrators.strategies import RUNBOOKS
from plan.hash import plan_hash
from plan.load import plan_from_json
from plan.model import Plan, Strategy
from tests.plan.plans import data, example

PLAN = example()
VOID = {"meta", "rect", "line", "path"}
"""Elements that have no end in the page."""


class Page(HTMLParser):
    """Text and attributes of the page; elements must be closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def of(strategy: Strategy) -> tuple[Plan, Page]:
    plan = PLAN.model_copy(update={"strategy": strategy})
    return plan, Page(manual_html(plan, record(plan)))


def plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())


@pytest.mark.parametrize("strategy", RUNBOOKS)
def test_all_that_a_line_says_is_on_the_page(strategy: Strategy) -> None:
    plan, page = of(strategy)
    assert page.open == []
    for line in record(plan):
        words = ("title", "person", "contact", "instruction", "expected", "validation", "rollback")
        for word in words if line["kind"] == "step" else ("title", "person", "asks", "approved", "rejected"):
            assert plain(line[word]) in page.text
        assert f"{line['seq']}. {line['name']}" in page.text


@pytest.mark.parametrize("strategy", RUNBOOKS)
def test_every_command_is_on_the_page(strategy: Strategy) -> None:
    plan, page = of(strategy)
    hands = [by_hand(plan, line) for line in record(plan) if line["kind"] == "step"]
    for command in [*beforehand(plan), *(one for hand in hands for one in (*hand.commands, *hand.back))]:
        assert " ".join(command.split()) in page.text


def test_the_cover_names_both_hashes_and_everybody_who_signs() -> None:
    _, page = of(PLAN.strategy)
    assert digest(record(PLAN)) in page.text
    assert plan_hash(PLAN) in page.text
    assert all(owner.name in page.text and owner.contact in page.text for owner in PLAN.owners.values())
    assert all(done.task in page.text for done in PLAN.sign_offs)
    assert {"PutFunctionConcurrency", "vaults/secrets/setSecret/action"} <= set(re.split(r"[, ]+", page.text))


def test_the_page_needs_nothing_and_runs_nothing() -> None:
    text = manual_html(PLAN, record(PLAN))
    page = Page(text)
    assert not {"script", "img", "link", "iframe", "form", "input"} & set(page.tags)
    assert not {name for name, _ in page.attributes if name in {"src", "style", "srcset"} or name.startswith("on")}
    assert all(value.startswith("#line-") for name, value in page.attributes if name == "href")
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in POLICY
    assert html.escape(POLICY).replace("&#x27;", "&#39;") in text
    assert "@media print" in style
    assert "break-before: page" in style


def test_names_are_text_and_never_markup() -> None:
    odd = data()
    odd["owners"]["qa"] = {"name": "<script>alert(1)</script>", "contact": '"><img src=x onerror=alert(1)>'}
    plan = plan_from_json(odd | {"sign_offs": [one | {"by": "Lena Lead"} for one in odd["sign_offs"]]}, "odd")
    page = Page(manual_html(plan, record(plan)))
    assert not {"script", "img"} & set(page.tags)
    assert "<script>alert(1)</script>" in page.text


def test_gates_tell_who_how_many_and_what_silence_means() -> None:
    changed = data()
    changed["approvals"]["cutover"] |= {"quorum": 2, "not_by_starter": True}
    plan = plan_from_json(changed, "changed")
    text = Page(manual_html(plan, record(plan))).text.split("Gates gate")[1].split("Failback")[0]
    assert "Lena Lead, Petra Product; not whoever started the run 2; one who rejects is enough" in text
    assert "after 30m the run fails back" in text


def test_ways_back_are_told_for_gates_and_for_what_clients_notice() -> None:
    points = key_points(record(PLAN))
    names = [point["line"]["name"] for point in points]
    assert names == ["open-window", "quiesce_source", "cutover", "switch_traffic", "finalize"]
    last = [line["name"] for line in points[-1]["undone"]]
    assert last.index("switch_traffic") < last.index("quiesce_source") < last.index("deploy_infrastructure")
    assert "snapshot_source" not in last


def test_failures_are_those_that_may_meet_this_runbook() -> None:
    planned, minimized = (
        {row["symptom"] for rows in known_failures(record(of(name)[0])).values() for row in rows}
        for name in ("planned-downtime", "minimized-downtime")
    )
    assert any("stream has lost records" in symptom for symptom in minimized - planned)
    assert any("long TTLs" in symptom for symptom in planned & minimized)
    assert "lower the TTL early" in of("planned-downtime")[1].text


def test_the_timeline_adds_up_and_shades_the_window() -> None:
    lines = record(PLAN)
    picture = timeline(lines)
    assert [bar.seq for bar in picture.bars] == [line["seq"] for line in lines]
    at = {bar.name: bar for bar in picture.bars}
    for before, after in pairwise(lines):
        if before["estimate_seconds"]:
            assert at[after["name"]].x > at[before["name"]].x
    assert picture.window is not None
    begin, width = picture.window
    assert begin == at["announce"].x
    assert begin + width == pytest.approx(at["close_window"].x + at["close_window"].width, abs=2)
    assert timeline(record(of("zero-downtime")[0])).window is None
