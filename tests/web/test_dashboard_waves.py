"""The list of runs in a real browser: waves stand together, with a line that says how each stands."""

import secrets

import pytest
from playwright.sync_api import Page, expect

from ledger.ledger import Ledger
from tests.web.conftest import Open
from tests.web.contrast import low_contrasts
from tests.web.stories import Story, ago
from tests.web.test_dashboard_people import PHONE


@pytest.fixture
def wave(ledger: Ledger) -> str:
    """Three workloads of one night: one waits, one is at work, one was tried twice and is migrated."""
    name = f"night-{secrets.token_hex(3)}"
    Story(ledger, wave=name).waits("cutover")
    Story(ledger, wave=name).works("copy_delta")
    first = Story(ledger, wave=name, started=ago(3000))
    first.change(state="failed-back", ended=ago(2000))
    ledger.locks.release(first.run.workload, first.name)
    again = Story(ledger, wave=name, workload=first.run.workload, run=f"{first.run.workload}-2")
    again.change(state="migrated", ended=ago(10))
    return name


def counted(page: Page, wave: str) -> str:
    return page.locator(f'[data-wave="{wave}"] .standing').inner_text()


def test_a_wave_stands_together_and_says_how_it_stands(opened: Open, ledger: Ledger, wave: str) -> None:
    alone = Story(ledger)
    page = opened()
    section = page.locator(f'[data-wave="{wave}"]')
    expect(section.locator("tbody tr")).to_have_count(4)
    assert counted(page, wave) == "3 workloads: 1 waiting, 1 running, 1 migrated"
    expect(section.get_by_role("row").filter(has_text="waiting")).to_contain_text("approval of cutover")
    expect(section).not_to_contain_text(alone.name)
    expect(page.locator("section").filter(has_text="In no wave").get_by_role("link", name=alone.name)).to_be_visible()


def test_one_wave_has_a_page_of_its_own_that_follows_the_ledger(opened: Open, ledger: Ledger, wave: str) -> None:
    alone = Story(ledger)
    page = opened()
    page.get_by_role("link", name=f"Wave {wave}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Wave {wave}")
    expect(page.locator("tbody tr")).to_have_count(4)
    expect(page.get_by_text(alone.name)).to_have_count(0)
    Story(ledger, wave=wave).change(state="needs-operator", why="deploy_code could not be undone")
    expect(page.locator(".standing")).to_have_text("4 workloads: 1 needs operator, 1 waiting, 1 running, 1 migrated")
    page.reload()
    expect(page.locator(".standing")).to_contain_text("1 needs operator")
    page.get_by_role("link", name="All migrations").click()
    expect(page.get_by_role("link", name=alone.name)).to_be_visible()


def test_by_keyboard_a_run_of_a_wave_is_reached_and_its_page_leads_back(opened: Open, wave: str) -> None:
    page = opened()
    page.locator(f'[data-wave="{wave}"]').wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the list")).to_be_focused()
    page.get_by_role("link", name=f"Wave {wave}").focus()
    page.keyboard.press("Tab")
    name = str(page.evaluate("document.activeElement.textContent"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.get_by_role("link", name=f"wave {wave}").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Wave {wave}")


def test_a_wave_without_runs_says_what_makes_one(opened: Open) -> None:
    expect(opened("?wave=no-such").locator("#empty")).to_contain_text("the wave that its plan names")


def test_on_a_phone_a_wave_stays_within_the_edges(opened: Open, wave: str) -> None:
    page = opened(f"?wave={wave}", **PHONE)
    expect(page.locator("tbody tr")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_states_of_a_wave_can_be_read(opened: Open, ledger: Ledger, wave: str, scheme: str) -> None:
    Story(ledger, wave=wave).change(state="needs-operator", why="deploy_code could not be undone")
    page = opened(f"?wave={wave}", color_scheme=scheme)
    page.locator("tbody tr").first.wait_for()
    assert low_contrasts(page) == []
