"""What people see and do on the page of a run, in a real browser on a real agent with a real ledger."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ledger.ledger import Ledger
from tests.web.agent import Agent
from tests.web.conftest import Open
from tests.web.stories import Story, ago


@pytest.fixture
def story(ledger: Ledger) -> Story:
    """A run at the gate cutover, within its window, closed to clients."""
    told = Story(ledger).waits("cutover").opens_window()
    told.line("quiesce_source", started=ago(60), ended=ago(50))
    return told


def answer(page: Page, button: str, name: str = "Lena Lead", reason: str = "") -> None:
    """Press a button of the page, and confirm."""
    page.get_by_role("button", name=re.compile(f"^{button}…")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Your name").fill(name)
    dialog.get_by_label("Reason").fill(reason)
    dialog.locator("#confirm").click()


def decision(story: Story, gate: str = "cutover") -> dict[str, Any] | None:
    """What the ledger has of a gate."""
    votes = story.ledger.votes.of(story.name, story.seq(gate))
    return {"decision": votes[0].decision, "by": votes[0].by, "reason": votes[0].reason} if votes else None


def test_the_page_says_where_the_run_is(opened: Open, story: Story) -> None:
    page = opened(story.name)
    expect(page.get_by_role("heading", level=1)).to_have_text(story.name)
    expect(page.locator("#state")).to_have_text("waiting")
    expect(page.locator("#waiting-for")).to_contain_text("Lena Lead or Petra Product may decide")
    expect(page.locator("#waiting-next")).to_contain_text("switch traffic, verify traffic, close window, bake")
    expect(page.locator("#weight")).to_have_text("0 %")
    expect(page.locator("#steps-done")).to_have_text(f"{story.seq('cutover') - 1} of {len(story.run.runbook)}")
    expect(page.locator("#window-words")).to_contain_text("of 30 min used")
    expect(page.locator("#lag figcaption")).to_contain_text("0.6 s behind at the last look")
    expect(page.locator("#events li").first).to_contain_text("Waiting for approval of cutover")
    expect(page.locator("#more")).to_be_hidden()
    done = page.locator('[data-step="backup_state"]')
    expect(done.locator(".took")).to_have_text("7.5 s of about 15 min")
    expect(page.locator('[data-step="cutover"]')).to_have_attribute("aria-current", "step")
    expect(page.locator('[data-step="cutover"]')).to_be_in_viewport()


@pytest.mark.parametrize(
    ("button", "file", "begin"),
    [
        ("Download the manual", "manual.md", "# Day-0 manual"),
        ("Download it as a page to print", "manual.html", "<!doctype html>"),
        ("Download the report", "report.md", "# "),
    ],
)
def test_papers_are_downloaded_under_the_runs_name(opened: Open, story: Story, button: str, file: str, begin: str) -> None:
    page = opened(story.name)
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    assert waiting.value.suggested_filename == f"{story.name}-{file}"
    assert waiting.value.path().read_text().startswith(begin)


def test_downtime_and_times_go_on_without_a_new_answer(opened: Open, story: Story) -> None:
    page = opened(story.name)
    first = page.locator("#downtime").inner_text()
    expect(page.locator("#downtime")).not_to_have_text(first)
    expect(page.locator("#downtime-words")).to_have_text("clients are not served")


def test_a_line_at_work_shows_its_time_against_the_estimate(opened: Open, ledger: Ledger) -> None:
    page = opened(Story(ledger).works("sync_deltas", began=20, waiting_for="the copy", waiting_since=ago(5)).name)
    row = page.locator('[data-step="sync_deltas"]').first
    expect(row.locator(".took")).to_contain_text("of about 5 min")
    expect(row.locator(".now")).to_contain_text("waits for the copy")
    late = opened(Story(ledger).works("snapshot_source", began=100).name)
    expect(late.locator('[data-step="snapshot_source"] .took')).to_contain_text("over its 1 min")


def test_the_page_follows_the_ledger_and_keeps_what_was_opened(opened: Open, story: Story) -> None:
    page = opened(story.name)
    row = page.locator('[data-step="switch_traffic"]')
    row.locator("summary").click()
    expect(row.locator(".detail")).to_contain_text("switch_traffic")
    story.line("switch_traffic", state="done", started=ago(3), ended=ago(1), evidence={"weight": 100})
    expect(page.locator("#weight")).to_have_text("100 %")
    expect(row.locator(".word")).to_have_text("done")
    expect(row.locator(".detail")).to_contain_text("weight")


def test_an_approval_is_asked_about_and_kept(opened: Open, story: Story) -> None:
    page = opened(story.name)
    page.get_by_role("button", name="Approve…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(story.run.runbook_hash[:12])
    expect(dialog).to_contain_text("switch traffic")
    dialog.get_by_role("button", name="Cancel").click()
    assert decision(story) is None
    answer(page, "Approve", reason="all is well")
    expect(dialog).to_have_count(0)
    expect(page.locator("#events li").first).to_contain_text("Lena Lead")
    assert decision(story) == {"decision": "approve", "by": "Lena Lead", "reason": "all is well"}


def test_items_that_differ_are_accepted_by_a_tick_and_by_their_number(opened: Open, story: Story) -> None:
    page, sent = opened(story.name), list[Any]()

    def with_open(route: Any) -> None:
        found = route.fetch()
        extra = {"exceptions": {"open": 2, "accepted": 1}}
        route.fulfill(response=found, **({"json": found.json() | extra} if found.status == 200 else {}))

    page.route(f"**/api/migrations/{story.name}", with_open)
    page.on("request", lambda asked: sent.append(asked.post_data_json) if asked.method == "POST" else None)
    page.reload()
    answer(page, "Approve")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert decision(story) is None
    page.get_by_label("I accept the 2 item(s) that differ").check()
    page.locator("#confirm").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert sent[0]["accept_exceptions"] == 2


def test_a_rejection_needs_a_reason(opened: Open, story: Story) -> None:
    page = opened(story.name)
    answer(page, "Reject")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert decision(story) is None
    page.get_by_label("Reason").fill("complaints")
    page.get_by_role("button", name="Reject and go back").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    found = decision(story)
    assert found is not None
    assert (found["decision"], found["reason"]) == ("reject", "complaints")


def test_what_the_agent_refuses_stays_with_the_reason(opened: Open, story: Story) -> None:
    page = opened(story.name)
    answer(page, "Approve", name="Mallory")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("may not decide at gate cutover")
    assert decision(story) is None
    page.get_by_label("Your name").fill("Petra Product")
    page.locator("#confirm").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert decision(story) is not None


def test_going_back_is_one_confirmed_click_away_with_a_reason(opened: Open, story: Story) -> None:
    page = opened(story.name)
    answer(page, "Go back to AWS", reason="customers complain")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#why")).to_contain_text("Asked for: abort")
    expect(page.get_by_role("button", name="Go back to AWS…")).to_be_hidden()
    found = story.ledger.runs.get(story.name)
    assert (found.asked, found.asked_by, found.asked_reason) == ("abort", "Lena Lead", "customers complain")


def test_pause_and_resume(opened: Open, ledger: Ledger) -> None:
    story = Story(ledger).works("copy_delta")
    page = opened(story.name)
    expect(page.get_by_role("button", name="Resume…")).to_be_hidden()
    answer(page, "Pause")
    expect(page.get_by_role("button", name="Resume…")).to_be_visible()
    assert ledger.runs.get(story.name).asked == "pause"
    answer(page, "Resume")
    expect(page.get_by_role("button", name="Pause…")).to_be_visible()
    assert ledger.runs.get(story.name).asked == ""


def test_a_bake_can_be_ended_early_with_a_reason_and_nothing_else(opened: Open, ledger: Ledger) -> None:
    story = Story(ledger).works("bake")
    page = opened(story.name)
    answer(page, "End the watch", reason="all is quiet")
    expect(page.get_by_role("dialog")).to_have_count(0)
    kept = ledger.promotions.get(story.name, story.seq("bake"))
    assert kept is not None
    assert (kept["by"], kept["reason"]) == ("Lena Lead", "all is quiet")
    expect(opened(Story(ledger).works("copy_delta").name).get_by_role("button", name="End the watch…")).to_be_hidden()


def test_a_run_that_needs_a_person_says_what_is_left_and_can_be_retried(opened: Open, ledger: Ledger) -> None:
    story = Story(ledger).works("copy_delta")
    error = {"code": "denied", "message": "the role may not delete", "mend": "Grant it."}
    story.line("deploy_code", state="undo-failed", undo_started=ago(9), undo_error=error)
    story.change(state="needs-operator", why="deploy_code could not be undone", failing_back=True)
    page = opened(story.name)
    expect(page.locator("#leftovers")).to_contain_text("deploy code: denied: the role may not delete Grant it.")
    expect(page.get_by_role("button", name="Go back to AWS…")).to_be_hidden()
    answer(page, "Retry")
    expect(page.locator("#events li").first).to_contain_text("retry")


def test_a_way_back_and_an_ended_run_offer_nothing_that_makes_no_sense(opened: Open, ledger: Ledger) -> None:
    story = Story(ledger).works("copy_delta")
    story.line("copy_delta", state="failed", ended=ago(5), error={"code": "timeout", "message": "it took too long"})
    story.line("drain_source", undo_started=ago(2))
    story.change(state="failing-back", why="copy_delta failed", failing_back=True)
    page = opened(story.name)
    expect(page.locator('[data-step="drain_source"] .word')).to_have_text("being undone")
    expect(page.locator('[data-step="copy_delta"] .now')).to_have_text("timeout: it took too long")
    for name in ("Pause…", "Resume…", "Retry…", "Go back to AWS…"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()
    story.change(state="failed-back", ended=ago(0))
    expect(page.locator("#state")).to_have_text("failed back")
    expect(page.locator("#controls")).to_be_hidden()


def test_a_reload_shows_the_same_without_asking_for_the_key_again(opened: Open, story: Story) -> None:
    page = opened(story.name)
    expect(page.locator("#lag canvas")).to_have_count(1)
    expect(page.locator("#events li").first).to_be_attached()
    texts = [page.locator(part).inner_text() for part in ("#state", "#weight", "#steps-done", "#lag figcaption", "#events")]
    page.reload()
    expect(page.locator("#lag canvas")).to_have_count(1)
    expect(page.locator("#events li").first).to_be_attached()
    after = [page.locator(part).inner_text() for part in ("#state", "#weight", "#steps-done", "#lag figcaption", "#events")]
    assert texts == after
    expect(page.get_by_label("Function key")).to_have_count(0)


def test_what_the_page_does_not_know_is_shown_under_its_name(opened: Open, story: Story, served: Agent) -> None:
    page = opened()

    def with_more(route: Any) -> None:
        found = route.fetch()
        if found.status == 200:
            sides = {"aws": {"requests": 420, "errors": 1}, "azure": {"requests": 21, "errors": 0}, "verdict": "pass"}
            extra = {"metrics": sides, "ladder": {"rung": "shadow"}, "waves": []}
            route.fulfill(response=found, json=found.json() | extra)
        else:
            route.fulfill(response=found)

    page.route(f"**/api/migrations/{story.name}", with_more)
    page.goto(served.page(story.name))
    more = page.locator("#more")
    expect(more.get_by_role("row", name="requests")).to_contain_text("42021")
    expect(more).to_contain_text("Requests and errors")
    expect(more).to_contain_text("Ladder")
    expect(more).to_contain_text("shadow")
    expect(more).not_to_contain_text("Waves")
