"""`python -m bench.screenshots`: pictures of the dashboard for the documents.

The pictures of a gate and of the list show runs as a ledger may have them; that of a ramp comes from a real run under traffic.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page

from ledger.ledger import Ledger, open_ledger
from local.demo import warm_up
from local.environment import Environment
from local.processes import ROOT
from local.stage import stage
from local.traffic.generator import Traffic
from tests.e2e.pilot import Pilot
from tests.web.agent import Agent, agent
from tests.web.browser import chromium
from tests.web.stories import Story, ago

FOLDER = ROOT / "docs" / "images"
RUN, NIGHT = "orders-day-0", "night-1"
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
TALL: dict[str, Any] = {"viewport": {"width": 1280, "height": 1500}}
GATE: dict[str, dict[str, Any]] = {
    "desktop": DESKTOP,
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True},
    "dark": DESKTOP | {"color_scheme": "dark"},
}
PACE = {"STRATEGY": "zero-downtime", "POLL": "1s", "QUEUE_SETTLE": "500ms", "SYNC": "1s", "RAMP_BAKE": "40s", "WATCH": "3s"}
HALF = 50
"""Percentage of clients at which the ramp is shown."""
PATIENCE = 300_000.0
"""Milliseconds until a run is there."""


def main() -> int:
    """Take them all."""
    with TemporaryDirectory() as name, chromium() as browser:
        _of_stories(Path(name), browser)
        _of_a_ramp(Path(name) / "stage", browser)
    return 0


def _of_stories(folder: Path, browser: Browser) -> None:
    with Environment(folder / "environment") as environment:
        os.environ.update(environment.variables())
        _write(open_ledger())
        with agent(environment, folder / "agent") as served:
            for shot, how in GATE.items():
                with _opened(browser, served.page(RUN), served.key, how) as page:
                    page.locator("#lag canvas").wait_for(state="attached")
                    page.locator("#events li").first.wait_for(state="attached")
                    _take(page, shot)
            _of_the_list(browser, served)


def _write(ledger: Ledger) -> None:
    """A night on which four workloads move: one waits at a gate, one needs a person, one is at work, one has arrived."""
    Story(ledger, workload="search", run="search-day-0", started=ago(9000)).change(state="migrated", ended=ago(4000))
    mail = Story(ledger, workload="mail", run="mail-day-0", wave=NIGHT, started=ago(3900))
    mail.change(state="migrated", ended=ago(400))
    story = Story(ledger, workload="orders", run=RUN, wave=NIGHT).waits("cutover").opens_window(160)
    story.line("quiesce_source", started=ago(105), ended=ago(98))
    invoices = Story(ledger, workload="invoices", run="invoices-day-0", wave=NIGHT, started=ago(880))
    invoices.change(state="needs-operator", why="deploy_code could not be undone")
    Story(ledger, workload="reports", run="reports-day-0", wave=NIGHT, started=ago(400)).works("copy_delta")


def _of_the_list(browser: Browser, served: Agent) -> None:
    with _opened(browser, served.page(), served.key, {"viewport": {"width": 1280, "height": 600}}) as page:
        page.locator("tbody tr").first.wait_for()
        _take(page, "waves")


def _of_a_ramp(folder: Path, browser: Browser) -> None:
    with stage(folder, orders=120, pace=PACE) as ready:
        warm_up(ready)
        clients = Traffic(ready.edge_url, rate=10, ramp=2.0, max_seconds=1200)
        clients.adopt(ready.seeded)
        with clients:
            pilot = Pilot(ready, RUN)
            pilot.start().raise_for_status()
            pilot.pass_gates("cutover")
            with _opened(browser, f"{ready.agent_url}/api/dashboard/{RUN}", ready.key, TALL) as page:
                watched = page.locator(f'[data-step="judge_traffic"][aria-current]:has-text("weight {HALF}")')
                watched.wait_for(timeout=PATIENCE)
                page.locator("#more").get_by_role("row", name="requests").wait_for()
                page.wait_for_timeout(25_000)  # of its watch, for lines that show something
                _take(page, "ramp")


@contextmanager
def _opened(browser: Browser, address: str, key: str, how: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(timezone_id="Europe/Amsterdam", **how)
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Function key").fill(key)
    page.get_by_role("button", name="Open").click()
    yield page
    context.close()


def _take(page: Page, name: str) -> None:
    path = FOLDER / f"dashboard-{name}.png"
    page.screenshot(path=path)
    print(path.relative_to(ROOT), flush=True)


if __name__ == "__main__":
    sys.exit(main())
