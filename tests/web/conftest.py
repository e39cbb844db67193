"""An agent, a browser and pages for the tests of the dashboard."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from local.environment import Environment
from tests.web.agent import Agent, agent
from tests.web.browser import chromium

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One a file: while it is open an event loop runs in this thread, in which no other test could run its own."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def served(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    with agent(environment, tmp_path_factory.mktemp("agent")) as started:
        yield started


@pytest.fixture
def opened(browser: Browser, served: Agent) -> Iterator[Open]:
    """Opens the page of a run, or the list, with the key given, in a browser of its own; nothing may go wrong in it."""
    wrong: list[str] = []
    contexts = []

    def open_page(run: str = "", *, key: bool = True, at: Agent = served, **how: object) -> Page:
        context = browser.new_context(**how)  # type: ignore[arg-type]  # passed through by name
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
        page.goto(at.page(run))
        if key:
            page.get_by_label("Function key").fill(at.key)
            page.get_by_role("button", name="Open").click()
            page.locator("#main").wait_for(state="visible")
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")  # the page looks on to the end
        context.close()
    assert wrong == []
