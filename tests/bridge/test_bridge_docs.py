"""The bridge's page says what the code does."""

import re

from bridge.place import CALL, LAPSE, RUNGS, VALID, authority, follower
from local.processes import ROOT

PAGE = (ROOT / "docs/bridge.md").read_text()
SOURCES = "".join(path.read_text() for path in sorted((ROOT / "bridge").glob("*.py")))


def test_every_setting_is_on_the_page_and_the_other_way_round() -> None:
    times = re.search(r"^_TIMES = \((.*)\)$", SOURCES, re.MULTILINE)
    assert times
    read = set(re.findall(r'"(BRIDGE_[A-Z_]+)"', SOURCES)) | {f"BRIDGE_{name.upper()}" for name in re.findall(r"\w+", times[1])}
    assert set(re.findall(r"^\| `(BRIDGE_[A-Z]+(?:_[A-Z]+)?)`", PAGE, re.MULTILINE)) == read


def test_the_table_of_rungs_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (AWS|Azure)[^|]*\| (AWS|Azure) holds it(?:, then (AWS|Azure))? \|", PAGE, re.MULTILINE)
    assert tuple(row[0] for row in rows) == RUNGS
    for rung, reads, first, then in rows:
        assert reads.lower() == first.lower() == authority(rung)
        assert (then.lower() or None) == follower(rung)


def test_the_times_are_those_of_the_code() -> None:
    assert f"at most {VALID:g} seconds" in PAGE
    assert f"silent for {LAPSE:g} seconds" in PAGE
    assert f"({VALID:g}, and {CALL:g} for a call" in PAGE


def test_the_lines_to_adopt_name_what_there_is() -> None:
    block = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert block
    compile(block[1], "docs/bridge.md", "exec")
    for name in re.findall(r"\b([A-Z]\w+)(?:\(|\.)", block[1]):
        assert f"class {name}" in SOURCES
