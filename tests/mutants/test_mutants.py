"""The suite notices when a promise is broken: each mutant is applied to a copy of the tree, and its tests go red there."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.mutants import MUTANTS, Mutant

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[2]
TOOLS = (".venv-ministack", "node_modules")
FAILED = 1
"""What pytest ends with when tests ran and some failed; anything above means that they did not run."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tracked files as they are now, and links to what tests start."""
    tree = tmp_path_factory.mktemp("mutants")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    for name in listed:
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes((ROOT / name).read_bytes())
    for name in TOOLS:
        if (ROOT / name).exists():
            (tree / name).symlink_to(ROOT / name)
    return tree


def run(tree: Path, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def test_without_a_mutant_all_of_them_pass(copy: Path) -> None:
    done = run(copy, tuple(dict.fromkeys(test for mutant in MUTANTS for test in mutant.tests)))
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_noticed(copy: Path, mutant: Mutant) -> None:
    file = copy / mutant.file
    sound = file.read_text()
    assert sound.count(mutant.old) == 1, f"{mutant.file} no longer has the place that {mutant.name} changes"
    file.write_text(sound.replace(mutant.old, mutant.new))
    try:
        done = run(copy, mutant.tests)
    finally:
        file.write_text(sound)
    assert done.returncode == FAILED, done.stdout[-2000:]
    assert "\nFAILED " in done.stdout  # not an ERROR: a test ran, and noticed
