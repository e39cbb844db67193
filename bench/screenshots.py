"""`python -m bench.screenshots`: pictures of the dashboard for the documents: a real agent with a run at the gate cutover."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser

from ledger.ledger import open_ledger
from local.environment import Environment
from local.processes import ROOT
from tests.web.agent import Agent, agent
from tests.web.browser import chromium
from tests.web.stories import Story, ago

FOLDER = ROOT / "docs" / "images"
RUN = "orders-day-0"
SHOTS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}


def main() -> int:
    """Take them all."""
    with TemporaryDirectory() as name, Environment(Path(name) / "environment") as environment:
        os.environ.update(environment.variables())
        story = Story(open_ledger(), run=RUN, workload="orders").waits("cutover").opens_window(160)
        story.line("quiesce_source", started=ago(105), ended=ago(98))
        with agent(environment, Path(name) / "agent") as served, chromium() as browser:
            for shot, how in SHOTS.items():
                path = FOLDER / f"dashboard-{shot}.png"
                _take(browser, served, path, how)
                print(path.relative_to(ROOT))
    return 0


def _take(browser: Browser, served: Agent, path: Path, how: dict[str, Any]) -> None:
    context = browser.new_context(timezone_id="Europe/Amsterdam", **how)
    page = context.new_page()
    page.goto(served.page(RUN))
    page.get_by_label("Function key").fill(served.key)
    page.get_by_role("button", name="Open").click()
    page.locator("#lag canvas").wait_for(state="attached")
    page.locator("#events li").first.wait_for(state="attached")
    page.screenshot(path=path)
    context.close()


if __name__ == "__main__":
    sys.exit(main())
