"""What a reader can check in the documents is so: links, commands, blocks that run anywhere."""

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from activities.registry import STEPS
from cli.main import app
from cli.reference import verbs_of
from tests.docs.pages import ROOT, Page, page, pages

VERBS: dict[str, Any] = dict(verbs_of(get_command(app)))
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
VARIABLES = set((re.search(r"^export (.+)$", MAKEFILE, re.MULTILINE) or ["", ""])[1].split()) | set(
    re.findall(r"\$\((\w+)\)", MAKEFILE)
)
RUNNABLE = [pytest.param(block, id=one.name) for one in pages() for block in one.runnable()]
each_page = pytest.mark.parametrize("one", pages(), ids=lambda one: one.name)


@each_page
def test_every_relative_link_and_picture_resolves(one: Page) -> None:
    for link in one.links():
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (one.path.parent / name).resolve() if name else one.path
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in Page(str(target.relative_to(ROOT))).anchors(), f"{link} names no heading"


@each_page
def test_every_make_target_exists(one: Page) -> None:
    for code in one.code():
        words = shlex.split(code) if "make " in code else []
        while words and re.fullmatch(r"\w+=.*", words[0]):
            words.pop(0)
        if words[:1] != ["make"]:
            continue
        for word in words[1:]:
            name, assigned, value = word.partition("=")
            assert name in (VARIABLES if assigned else TARGETS), f"`{code}`: {word}"
            assert name != "FAIL_AT" or value in {*STEPS, "<step>"}, f"`{code}`: no step {value}"


@each_page
def test_every_verb_of_the_command_exists_with_its_options(one: Page) -> None:
    for code in one.code():
        found = re.search(r"(?:^|[\s(])(?:\./)?dayzero ([a-z-]+)(.*)$", code)
        if not found or not code.lstrip().startswith(("dayzero ", "./dayzero ")):
            continue
        verb, rest = found[1], found[2]
        if group := re.match(r" ([a-z]+)", rest) if verb in {name.split()[0] for name in VERBS if " " in name} else None:
            verb, rest = f"{verb} {group[1]}", rest[group.end() :]
        assert verb in VERBS, f"`{code}`: no verb {verb}"
        options = {name for parameter in VERBS[verb].params for name in parameter.opts} | {"--help"}
        for word in re.findall(r"(?<=\s)(--?[a-z][a-z-]*)", rest):
            assert word in options, f"`{code}`: no option {word}"


def test_something_runs_anywhere() -> None:
    assert RUNNABLE


@pytest.mark.parametrize("block", RUNNABLE)
def test_blocks_that_run_anywhere_run(block: str, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@each_page
def test_no_place_of_one_machine_is_named(one: Page) -> None:
    machine = {str(ROOT), str(Path.home()), *(f"/{top}/" for top in ROOT.parts[1:2])}
    assert not [place for place in machine if place in one.text]


def test_the_index_names_every_document() -> None:
    linked = {link.partition("#")[0] for link in page("docs/README.md").links()}
    assert {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"} <= linked
