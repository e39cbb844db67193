"""A whole migration that is led from the dashboard: approved at its first gate, followed, and taken back at its second."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from local.demo import warm_up
from local.stage import Stage, stage
from tests.e2e.pilot import LEAD, Pilot
from tests.web.browser import chromium

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]
PATIENCE = 180_000.0
"""Milliseconds that a part of the migration may take."""


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    pace = {"POLL": "200ms", "QUEUE_SETTLE": "500ms", "BAKE": "2s"}
    with stage(tmp_path_factory.mktemp("stage"), orders=40, pace=pace, keeping="in-memory") as started:
        warm_up(started)
        yield started


def say(page: Page, button: str, confirm: str, reason: str = "") -> None:
    """Press a button and confirm."""
    page.get_by_role("button", name=button).click()
    page.get_by_label("Your name").fill(LEAD)
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("dialog").get_by_role("button", name=confirm, exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_migration_is_led_from_the_dashboard(ready: Stage, tmp_path: Path) -> None:
    pilot = Pilot(ready, "led")
    with chromium() as browser:
        page = browser.new_page()
        page.goto(f"{ready.agent_url}/api/dashboard")
        page.get_by_label("Function key").fill(ready.key)
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_text("No run yet.")).to_be_visible()
        pilot.start().raise_for_status()
        page.get_by_role("link", name="led").click()
        expect(page.locator("#waiting-title")).to_have_text("Decision needed: open window", timeout=PATIENCE)
        expect(page.locator("#window")).to_be_hidden()
        say(page, "Approve…", "Approve", "all are here")
        expect(page.locator("#waiting-title")).to_have_text("Decision needed: cutover", timeout=PATIENCE)
        expect(page.locator("#downtime-words")).to_have_text("clients are not served")
        expect(page.locator("#window-words")).to_contain_text("of 5 min used")
        expect(page.locator("#events")).to_contain_text("all are here")
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Download the manual").click()
        waiting.value.save_as(tmp_path / "manual.md")
        assert "# Day-0 manual" in (tmp_path / "manual.md").read_text()
        say(page, "Go back to AWS…", "Go back to AWS", "it was only a rehearsal")
        expect(page.locator("#state")).to_have_text("failed back", timeout=PATIENCE)
        expect(page.locator("#controls")).to_be_hidden()
        expect(page.locator("#downtime-words")).to_have_text("clients are served")
        page.reload()
        expect(page.locator("#why")).to_contain_text("it was only a rehearsal")
    status = pilot.get()
    assert status["state"] == "failed-back"
    assert f"aborted by {LEAD}" in status["why"]
