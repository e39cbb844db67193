"""For everybody: by keyboard only, on a phone, in the dark, with weak eyes; and honest when the agent is gone or refuses."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ledger.ledger import Ledger
from local.environment import Environment
from tests.web.agent import Agent, agent
from tests.web.conftest import Open
from tests.web.contrast import low_contrasts
from tests.web.stories import Story

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@pytest.fixture
def story(ledger: Ledger) -> Story:
    return Story(ledger).waits("cutover").opens_window()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the button with this name has the focus, which must be seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        found = page.evaluate("[document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]")
        if found[0] == name:
            assert found[1] == "solid", f"nobody sees that {name} has the focus"
            return
    pytest.fail(f"Tab never came to {name}")


def test_by_keyboard_only_a_gate_is_approved(opened: Open, story: Story, served: Agent) -> None:
    page = opened(story.name, key=False)
    page.keyboard.type(served.key)
    page.keyboard.press("Enter")
    page.locator("#gate").wait_for()
    tab_to(page, "Approve…")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your name")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
        assert inside, "the focus left the dialog"
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Approve…")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("Lena Lead")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert [vote.by for vote in story.ledger.votes.of(story.name, story.seq("cutover"))] == ["Lena Lead"]


def test_by_keyboard_the_runbook_opens_and_the_way_back_is_reached(opened: Open, story: Story) -> None:
    page = opened(story.name)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the runbook")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator('[data-step="confirm_prerequisites"] .detail')).to_be_visible()
    tab_to(page, "Go back to AWS…")


def test_on_a_phone_nothing_runs_over_the_edge_and_fingers_hit(opened: Open, story: Story) -> None:
    page = opened(story.name, **PHONE)
    expect(page.locator("#lag canvas")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for name in ("Approve…", "Reject…", "Go back to AWS…"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["height"] >= 44, name
    expect(page.get_by_role("button", name="Go back to AWS…")).to_be_in_viewport()
    page.get_by_role("button", name="Approve…").tap()
    page.get_by_label("Your name").fill("Lena Lead")
    expect(page.locator("#confirm")).to_be_in_viewport()
    page.locator("#confirm").tap()
    expect(page.get_by_role("dialog")).to_have_count(0)
    lists = opened(**PHONE)
    expect(lists.get_by_role("link", name=story.name)).to_be_visible()
    assert lists.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough(opened: Open, ledger: Ledger, story: Story, scheme: str) -> None:
    story.line("deploy_code", state="failed", error={"code": "denied", "message": "no"})
    story.line("snapshot_source", state="undone", undo_started=story.run.started, undo_ended=story.run.started)
    page = opened(story.name, color_scheme=scheme)
    expect(page.locator("#lag canvas")).to_have_count(1)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground))) > 380) == (scheme == "light")
    assert low_contrasts(page) == []
    page.get_by_role("button", name="Reject…").click()
    assert low_contrasts(page) == []
    page.get_by_role("button", name="Cancel").click()
    broken = Story(ledger).works("copy_delta")
    broken.line("deploy_code", state="undo-failed", undo_started=broken.run.started, undo_error={"code": "x", "message": "y"})
    broken.change(state="needs-operator", failing_back=True)
    assert low_contrasts(opened(broken.name, color_scheme=scheme)) == []
    runs = opened(color_scheme=scheme)
    runs.locator("tbody tr").first.wait_for()
    assert low_contrasts(runs) == []


@pytest.fixture
def mortal(environment: Environment, tmp_path: Path) -> Iterator[Agent]:
    """An agent that a test may stop."""
    with agent(environment, tmp_path / "mortal") as started:
        yield started


def test_a_lost_agent_is_told_and_nothing_can_be_pressed_until_it_is_back(opened: Open, story: Story, mortal: Agent) -> None:
    page = opened(story.name, at=mortal)
    expect(page.locator("#age")).to_have_text("live")
    page.get_by_role("button", name="Approve…").click()
    for pid in mortal.child.pids():
        os.kill(pid, signal.SIGSTOP)  # it still accepts connections, and answers nothing
    banner = page.locator("#banner")
    expect(banner).to_contain_text("Connection lost", timeout=30_000)
    expect(banner).to_contain_text(re.compile(r"What you see is (\d+ min )?\d+ s old"))
    expect(page.locator("#confirm")).to_be_disabled()
    page.keyboard.press("Escape")
    for name in ("Approve…", "Reject…", "Pause…", "Go back to AWS…"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    first = banner.inner_text()
    expect(banner).not_to_have_text(first)
    assert low_contrasts(page) == []
    for pid in mortal.child.pids():
        os.kill(pid, signal.SIGCONT)
    expect(banner).to_be_empty(timeout=30_000)
    expect(page.get_by_role("button", name="Approve…")).to_be_enabled()


def test_an_agent_that_is_killed_is_lost_at_the_next_look(opened: Open, story: Story, mortal: Agent) -> None:
    page = opened(story.name, at=mortal)
    expect(page.locator("#age")).to_have_text("live")
    mortal.child.kill()
    expect(page.locator("#banner")).to_contain_text("Connection lost")
    expect(page.get_by_role("button", name="Go back to AWS…")).to_be_disabled()
    expect(page.locator("#state")).to_have_text("waiting")


def test_a_wrong_key_is_asked_for_again_and_none_is_left_behind(opened: Open, story: Story, served: Agent) -> None:
    page = opened(story.name, key=False)
    field = page.get_by_label("Function key")
    field.fill("wrong")
    field.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("does not take this key")
    page.get_by_label("Function key").fill(served.key)
    page.get_by_role("button", name="Open").click()
    expect(page.locator("#state")).to_have_text("waiting")
    assert served.key not in page.content()
    assert served.key not in page.url
    assert page.evaluate("[document.cookie, localStorage.length]") == ["", 0]


def test_a_run_that_is_not_there_is_told(opened: Open) -> None:
    page = opened("no-such-run", key=False)
    page.get_by_label("Function key").fill("any")
    assert page.locator("#main").is_hidden()


def test_the_list_names_every_run_with_its_state(opened: Open, story: Story) -> None:
    page = opened()
    row = page.get_by_role("row").filter(has_text=story.name)
    expect(row).to_contain_text("waiting")
    page.get_by_role("link", name=story.name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(story.name)
