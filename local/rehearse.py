"""The matrix of rehearsals on this machine: environments side by side, cells one after the other, within a time.

Lives here: time, processes, the exit status. Variables: BUDGET (such as `18m`, all told), PARALLEL (environments), RATE
(requests a second on each), STRATEGIES (in words), MATRIX=whole for every cell, DOCS=1 to write the matrix into
docs/rehearsal.md.
"""

import json
import os
import re
import shutil
import sys
import time
from pathlib import Path

from local.demo import say
from local.processes import ROOT, Child, clean_environment
from local.rehearsal_papers import Json, inserted, markdown, merged, newest, page, told
from local.rehearsal_plan import HISTORY, history

FOLDER = ROOT / "build" / "rehearse"
PAGE = ROOT / "docs" / "rehearsal.md"
GRACE = 90.0
"""Seconds that an environment may take beyond its time before it is ended."""
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def seconds_of(text: str) -> float:
    """`90s`, `18m` or `1h` in seconds.

    Raises:
        ValueError: it is none of these.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text.strip())
    if not found:
        raise ValueError(f"{text!r} is no time; write it like 18m")
    return float(found[1]) * _UNITS[found[2]]


def main() -> int:
    """0 when nothing ended unsafely, nothing was lost, no secret was shown, and every end was an expected one."""
    budget, parallel = seconds_of(os.environ.get("BUDGET") or "18m"), int(os.environ.get("PARALLEL") or 2)
    strategies, began = (os.environ.get("STRATEGIES") or "").split(), time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    say(f"Rehearsing for {budget / 60:.0f} min on {parallel} environments; logs are in {FOLDER}/.")
    stages = [_stage(number, budget, strategies) for number in range(parallel)]
    for child in stages:
        child.start()
    try:
        _wait(stages, began + budget + GRACE)
    finally:
        for child in stages:
            child.stop()
    results = [_result(FOLDER / str(number)) for number in range(parallel)]
    report = merged(results, time.monotonic() - began)
    _write(report)
    say("\n".join([markdown(report), *(f"NOT KEPT: {problem}" for problem in report["problems"]), told(report)]))
    return 1 if report["problems"] or not report["runs"] or report["counts"]["environments_unfinished"] else 0


def _stage(number: int, budget: float, strategies: list[str]) -> Child:
    folder = FOLDER / str(number)
    folder.mkdir(parents=True, exist_ok=True)
    words = [str(number), str(FOLDER), str(budget), *strategies]
    env = clean_environment() | {name: os.environ[name] for name in ("RATE", "MATRIX") if os.environ.get(name)}
    log = folder / "rehearsals.log"
    return Child(f"environment {number}", [sys.executable, "-m", "local.rehearsal_stage", *words], env=env, log=log, cwd=ROOT)


def _wait(stages: list[Child], until: float) -> None:
    """Until all have ended or the time is over; what they tell is passed on."""
    read = dict.fromkeys(range(len(stages)), 0)
    while time.monotonic() < until:
        for number in read:
            log = FOLDER / str(number) / "rehearsals.log"
            text = log.read_text() if log.exists() else ""
            for line in text[read[number] :].splitlines():
                say(f"[{number}] {line}")
            read[number] = len(text)
        if not any(child.alive for child in stages):
            return
        time.sleep(1.0)


def _result(folder: Path) -> Json:
    path = folder / "result.json"
    found: Json = json.loads(path.read_text()) if path.exists() else {"finished": False}
    return found


def _write(report: Json) -> None:
    (FOLDER / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    (FOLDER / "report.md").write_text(markdown(report))
    (FOLDER / "report.html").write_text(page(report))
    HISTORY.write_text(json.dumps(history() | newest(report), indent=1) + "\n")
    if os.environ.get("DOCS") == "1":
        PAGE.write_text(inserted(PAGE.read_text(), markdown(report)))


if __name__ == "__main__":
    sys.exit(main())
