"""What a manual says about failing: the ways back from each key point, and known failures that may meet this runbook.

Lives here: choosing what concerns a plan. Never here: the failures themselves (docs/failure-modes.md, of which
`known_failures.json` is made).
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from activities.gates import POINT_OF_NO_RETURN
from activities.registry import STEPS
from manual.recorder import Line

_CLOSING = ("quiesce_source", "switch_traffic", "shift_traffic", "climb_ladder")
_NOTHING = "Nothing to restore"


def key_points(runbook: list[Line]) -> list[dict[str, Any]]:
    """`line` after which people may want to go back, and the lines that are `undone` then, last first.

    Key points are the gates and the steps that clients notice, up to the gate after which there is no failback.
    """
    found: list[dict[str, Any]] = []
    for position, line in enumerate(runbook):
        if line["kind"] == "gate" or line["name"] in _CLOSING:
            before = [it for it in runbook[: position + 1] if it["kind"] == "step" and not it["rollback"].startswith(_NOTHING)]
            if before:  # at a sign-off nothing has begun
                found.append({"line": line, "undone": before[::-1]})
        if line["name"] == POINT_OF_NO_RETURN:
            break
    return found


def known_failures(runbook: list[Line]) -> dict[str, list[dict[str, str]]]:
    """Failures by chapter; one that only steps of other runbooks would find is left out."""
    here = {line["name"] for line in runbook}
    chapters: dict[str, list[dict[str, str]]] = {}
    for failure in _all():
        finders = set(re.findall(r"`(\w+)`", failure["found"])) & STEPS.keys()
        if not finders or finders & here:
            chapters.setdefault(failure["chapter"], []).append(failure)
    return chapters


@cache
def _all() -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(Path(__file__).with_name("known_failures.json").read_text(encoding="utf-8"))
    return found
