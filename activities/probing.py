"""Asking one side the plan's probes, in order, with captured values.

Lives here: one probe until it is right or its time is over. Never here: which side is asked, or what follows.
"""

import time
from typing import Any

from adapters.ports import Web
from adapters.records import Answer, Json
from plan.checks import Probe

_PAUSE = 0.2
"""Seconds between two tries of a probe."""


def ask(web: Web, base_url: str, probe: Probe, run: str) -> Json:
    """Ask until the answer is right or `probe.within` has passed.

    Returns:
        `name`, `ok`, `status`, `seconds` until the right answer, and `problem`, a text, when it never was right.
    """
    started = time.monotonic()
    while True:
        answer = web.ask(probe.method, base_url.rstrip("/") + filled(probe.path, run), filled(probe.body, run))
        problem = wrong(answer, probe, run)
        seconds = round(time.monotonic() - started, 3)
        if problem is None:
            return {"name": probe.name, "ok": True, "status": answer.status, "seconds": seconds}
        if seconds >= probe.within.total_seconds():
            return {"name": probe.name, "ok": False, "status": answer.status, "seconds": seconds, "problem": problem}
        time.sleep(_PAUSE)


def filled(value: Any, run: str) -> Any:
    """The value with `{run}` replaced in every text."""
    match value:
        case str():
            return value.replace("{run}", run)
        case list():
            return [filled(one, run) for one in value]
        case dict():
            return {name: filled(one, run) for name, one in value.items()}
        case _:
            return value


def wrong(answer: Answer, probe: Probe, run: str) -> str | None:
    """What is wrong with an answer; None when it is right. Bodies are not quoted, since they may hold customers' data."""
    if answer.status not in probe.status:
        return f"status {answer.status} instead of {probe.status} {answer.error}".rstrip()
    body = answer.body if isinstance(answer.body, dict) else {}
    other = [name for name, value in filled(probe.expect, run).items() if body.get(name) != value]
    return f"fields that are not as expected: {', '.join(other)}" if other else None
