"""The dashboard's pages hold nothing but what everybody may see, load nothing from elsewhere, and run nothing inline."""

import re
from html.parser import HTMLParser

import pytest

from api import dashboard
from tests.api.doors import ask, problem, request
from tests.docs.pages import ROOT

WEB = ROOT / "web"
PAGES = {"runs.html": dashboard.list_page, "run.html": dashboard.run_page}
FILES = sorted(path for path in WEB.iterdir() if path.is_file())


class Tags(HTMLParser):
    """Every tag with its attributes, and the texts inside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] in {"script", "style"} and data.strip():
            self.inline.append(data)


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_open_strict_and_without_anything_inline(page: str) -> None:
    answer = ask(PAGES[page], request("GET", "dashboard", run="orders-1"))
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    tags = Tags(answer.get_body().decode())
    assert tags.inline == []
    assert not [name for _, attributes in tags.found for name in attributes if name == "style" or name.startswith("on")]
    addresses = [given[name] for _, given in tags.found for name in ("src", "href") if given.get(name)]
    for address in addresses:
        if address and not address.startswith(("#", "/api/dashboard")):
            pytest.fail(f"{address} is not ours")
        name = str(address).rpartition("/assets/")[2]
        assert not str(address).startswith("/api/dashboard/assets/") or name in dashboard.files()


def test_nothing_comes_from_elsewhere() -> None:
    for path in FILES:
        found = [url for url in re.findall(r"https?://[^\s\"')]+", path.read_text()) if "www.w3.org" not in url]
        assert found == [], path.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text())


def test_scripts_import_only_files_that_are_served() -> None:
    for path in WEB.glob("*.js"):
        for name in re.findall(r"(?:from|import\()\s*\"([^\"]+)\"", path.read_text()):
            assert name.removeprefix("./") in dashboard.files(), f"{path.name}: {name}"


def test_files_are_small() -> None:
    assert [path.name for path in FILES if len(path.read_text().splitlines()) > 300] == []


def test_the_vendored_library_is_the_one_that_the_lock_file_names() -> None:
    package = ROOT / "node_modules" / "uplot"
    for ours, theirs in (("uPlot.esm.js", "dist/uPlot.esm.js"), ("uPlot.min.css", "dist/uPlot.min.css")):
        assert (WEB / "vendor" / ours).read_bytes() == (package / theirs).read_bytes()
    assert (WEB / "vendor" / "uPlot.LICENSE.txt").read_bytes() == (package / "LICENSE").read_bytes()


@pytest.mark.parametrize("name", ["../function_app.py", "..%2fhost.json", "function_app.py", "", "vendor", "x" * 5000])
def test_nothing_else_can_be_asked_for(name: str) -> None:
    assert problem(ask(dashboard.asset, request("GET", "dashboard/assets/x", file=name)))["title"] == "File unknown"


def test_a_file_that_the_browser_has_is_not_sent_again() -> None:
    first = ask(dashboard.asset, request("GET", "dashboard/assets/run.js", file="run.js"))
    assert first.mimetype == "text/javascript"
    known = request("GET", "dashboard/assets/run.js", file="run.js", headers={"If-None-Match": first.headers["ETag"]})
    assert ask(dashboard.asset, known).status_code == 304


@pytest.mark.parametrize(
    ("setting", "platform", "told"),
    [("", "", "key"), ("app-service", "True", "app-service"), ("app-service", "", "key"), ('"><script>', "True", "key")],
)
def test_the_platform_and_a_setting_say_whether_a_key_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, setting: str, platform: str, told: str
) -> None:
    monkeypatch.setenv("DAYZERO_SIGN_IN", setting)
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", platform)
    dashboard.files.cache_clear()
    body = ask(dashboard.list_page, request("GET", "dashboard")).get_body().decode()
    dashboard.files.cache_clear()
    found = [given["content"] for _, given in Tags(body).found if given.get("name") == "dayzero-sign-in"]
    assert found == [told]
