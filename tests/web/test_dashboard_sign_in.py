"""Behind App Service authentication the dashboard needs no key: the platform says who looks and who decides."""

import base64
import json
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from ledger.ledger import Ledger
from local.environment import Environment
from tests.web.agent import Agent, agent
from tests.web.stories import Story

PETRA = "petra@example.com"


def principal(name: str) -> dict[str, str]:
    """The header that the platform sets for somebody whom Entra ID has signed in; here the test plays the platform."""
    claims = [{"typ": "oid", "val": "11111111-2222-3333-4444-555555555555"}, {"typ": "preferred_username", "val": name}]
    said = json.dumps({"auth_typ": "aad", "claims": claims})
    return {"X-MS-CLIENT-PRINCIPAL": base64.b64encode(said.encode()).decode()}


@pytest.fixture(scope="module")
def behind(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """An agent with the setting, behind the platform's authentication."""
    folder = tmp_path_factory.mktemp("behind")
    with agent(environment, folder, DAYZERO_SIGN_IN="app-service", WEBSITE_AUTH_ENABLED="True") as started:
        yield started


@pytest.fixture
def story(ledger: Ledger) -> Story:
    return Story(ledger, owner_identity=PETRA).waits("cutover").opens_window()


def open_page(browser: Browser, url: str, name: str) -> Page:
    page = browser.new_context(extra_http_headers=principal(name)).new_page()
    page.goto(url)
    return page


def test_who_is_signed_in_looks_and_decides_without_a_key(browser: Browser, behind: Agent, story: Story) -> None:
    page = open_page(browser, behind.page(story.name), PETRA)
    expect(page.locator("#state")).to_have_text("waiting")
    page.get_by_role("button", name="Approve…").click()
    page.locator("#confirm").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    votes = story.ledger.votes.of(story.name, story.seq("cutover"))
    assert [(vote.by, vote.channel) for vote in votes] == [("Petra Product", "entra")]
    page.get_by_role("button", name="Pause…").click()
    page.locator("#confirm").click()
    expect(page.get_by_role("button", name="Resume…")).to_be_visible()
    assert story.ledger.runs.get(story.name).asked_by == "Petra Product"


def test_somebody_else_may_look_and_not_decide(browser: Browser, behind: Agent, story: Story) -> None:
    page = open_page(browser, behind.page(story.name), "mallory@example.com")
    page.get_by_role("button", name="Approve…").click()
    page.locator("#confirm").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("may not decide")
    assert story.ledger.votes.of(story.name, story.seq("cutover")) == []


def test_nobody_gets_nothing_and_keys_open_the_doors_as_before(behind: Agent, story: Story) -> None:
    with httpx.Client(base_url=f"{behind.url}/api/", trust_env=False) as nobody:
        for path in ("migrations", f"migrations/{story.name}", f"migrations/{story.name}/report"):
            assert nobody.get(f"signed-in/{path}").status_code == 401
            assert nobody.get(path).status_code == 401
        assert nobody.post(f"signed-in/migrations/{story.name}/abort", json={"by": "Lena Lead"}).status_code == 401
        form = {**principal(PETRA), "content-type": "text/plain"}
        assert nobody.post(f"signed-in/migrations/{story.name}/abort", content=b"{}", headers=form).status_code == 400
        for path in ("migrations", f"migrations/{story.name}/approvals/cutover/links"):
            assert nobody.post(f"signed-in/{path}", json={}, headers=principal(PETRA)).status_code == 404
    assert story.ledger.runs.get(story.name).asked == ""
    with behind.doors() as doors:
        assert doors.get(f"migrations/{story.name}").status_code == 200


def test_without_the_platform_the_setting_opens_nothing(served: Agent, story: Story) -> None:
    with httpx.Client(base_url=f"{served.url}/api/", trust_env=False, headers=principal(PETRA)) as client:
        assert client.get("signed-in/migrations").status_code == 404
        assert client.get("migrations").status_code == 401
