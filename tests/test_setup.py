"""Set-up finds its tools or says what is missing, repeats nothing, and installs exactly what is pinned."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = ["local/setup.sh", "local/ministack-requirements.txt", "requirements.txt", "requirements-dev.txt", "package.json"]
PRODUCT = {
    "activities",
    "adapters",
    "api",
    "approvals",
    "bridge",
    "ledger",
    "manual",
    "orchestrators",
    "plan",
    "rehearsal",
    "web",
}
TOOLS = ["bash", "basename", "cat", "chmod", "cksum", "cp", "dirname", "mkdir", "rm", "touch", "tr"]
PYTHON = """#!/bin/bash
case "$*" in
  "-m venv "*) echo venv "${@: -1}" >> calls; mkdir -p "${@: -1}/bin"; cp "$0" "${@: -1}/bin/python" ;;
  "-m pip "*) echo pip "${@: -1}" >> calls ;;
esac
"""
NPM = """#!/bin/bash
echo npm >> calls; mkdir -p node_modules/.bin; touch node_modules/.bin/azurite; chmod +x node_modules/.bin/azurite
"""


class Checkout:
    """A copy of the set-up files, with a path on which only the tools stand that a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder / "checkout", folder / "path"
        self.path.mkdir()
        for name in [*FILES, "package-lock.json"]:
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
        for tool in TOOLS:
            (self.path / tool).symlink_to(str(shutil.which(tool)))

    def add(self, name: str, script: str = "#!/bin/bash\n") -> None:
        (self.path / name).write_text(script)
        (self.path / name).chmod(0o755)

    def set_up(self) -> subprocess.CompletedProcess[str]:
        settings = {"PATH": str(self.path), "HOME": str(self.folder)}
        return subprocess.run([self.folder / "local/setup.sh"], env=settings, capture_output=True, text=True, check=False)

    def calls(self) -> list[str]:
        """What was called since the last time."""
        told = self.folder / "calls"
        lines = told.read_text().splitlines() if told.exists() else []
        told.unlink(missing_ok=True)
        return lines


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.fixture
def ready(checkout: Checkout) -> Checkout:
    checkout.add("node")
    checkout.add("npm", NPM)
    checkout.add("python3.13", PYTHON)
    assert checkout.set_up().returncode == 0
    return checkout


def test_a_fresh_clone_gets_two_environments_and_azurite(ready: Checkout) -> None:
    assert sorted(ready.calls()) == [
        "npm", "pip local/ministack-requirements.txt", "pip requirements-dev.txt", "venv .venv", "venv .venv-ministack",
    ]  # fmt: skip


def test_a_part_that_fails_is_named_and_made_the_next_time(checkout: Checkout) -> None:
    checkout.add("node")
    checkout.add("npm", "#!/bin/bash\nexit 7\n")
    checkout.add("python3.13", PYTHON)
    done = checkout.set_up()
    assert (done.returncode, "npm could not install Azurite" in done.stderr) == (1, True)
    assert "pip requirements-dev.txt" in checkout.calls(), "the others were made meanwhile"
    checkout.add("npm", NPM)
    assert (checkout.set_up().returncode, checkout.calls()) == (0, ["npm"])


def test_a_second_run_does_nothing(ready: Checkout) -> None:
    ready.calls()
    again = ready.set_up()
    assert (again.returncode, again.stdout, ready.calls()) == (0, "", [])


@pytest.mark.parametrize(
    ("changed", "repeated"),
    [
        ("requirements.txt", ["pip requirements-dev.txt"]),
        ("local/ministack-requirements.txt", ["pip local/ministack-requirements.txt"]),
        ("package-lock.json", ["npm"]),
    ],
)
def test_what_has_changed_is_installed_again(ready: Checkout, changed: str, repeated: list[str]) -> None:
    ready.calls()
    with (ready.folder / changed).open("a") as file:
        file.write("\n")
    assert ready.set_up().returncode == 0
    assert ready.calls() == repeated


def test_an_environment_whose_python_is_gone_is_made_again(ready: Checkout) -> None:
    ready.calls()
    (ready.folder / ".venv/bin/python").unlink()
    assert ready.set_up().returncode == 0
    assert ready.calls() == ["venv .venv", "pip requirements-dev.txt"]


def test_a_python_that_is_found_but_does_not_run_is_named_as_missing(checkout: Checkout) -> None:
    checkout.add("node")
    checkout.add("npm", NPM)
    checkout.add("python3.13", "#!/bin/bash\necho 'pyenv: python3.13: command not found' >&2; exit 127\n")
    done = checkout.set_up()
    assert (done.returncode, checkout.calls()) == (1, [])
    assert "no working Python 3.13" in done.stderr
    assert "Install one" in done.stderr


def test_without_node_the_message_says_what_to_install(checkout: Checkout) -> None:
    done = checkout.set_up()
    assert done.returncode == 1
    assert "Node.js 20" in done.stderr


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "local/ministack-requirements.txt"])
def test_dependencies_are_pinned_exactly(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith(("#", "-r "))]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+(\[[\w,.-]+\])?==[\w.]+", line)] == []


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert lock["packages"]["node_modules/azurite"]["integrity"]
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


def test_only_the_product_is_deployed() -> None:
    ignored = {line.strip("/") for line in (ROOT / ".funcignore").read_text().splitlines()}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    folders = {name.split("/")[0] for name in tracked if "/" in name and not name.startswith(".")}
    assert folders - ignored <= PRODUCT
    assert not PRODUCT & ignored
