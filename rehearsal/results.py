"""What came of a rehearsal, read from the ledger: the run itself is the truth, nothing is kept twice.

Never here: what should have come of it (the catalogue).
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ledger.clock import seconds_between
from ledger.errors import RunUnknown
from ledger.ledger import Ledger
from ledger.rehearsals import Rehearsal, Strike
from ledger.runs import Run
from ledger.steps import StepRow
from rehearsal.catalogue import Catalogue, CatalogueError

PASSED = ("got-through", "migrated")
"""Outcomes of runs that came to their last gate."""
UNTIL_FINALIZE = "finalize"
SIGN_OFF = "sign-off"
"""A gate before the first step: what fails behind it may still be found in preflight."""


@dataclass(frozen=True)
class Result:
    """One cell as it was rehearsed."""

    run: str
    strategy: str
    step: str
    mode: str
    state: str
    """Of the run."""
    outcome: str | None
    """`migrated`, `got-through`, `detected-in-preflight`, `failed-back`, `needs-operator`; None while it goes on."""
    expected: list[str]
    right: bool | None
    """Whether the run ended safely, and as the mode should if it struck; None while it goes on."""
    struck: str | None
    """When its failure struck first; None: nothing of the step could be met, so the cell proves nothing."""
    where: str
    seconds_to_safety: float | None
    """From the first strike to the proof that everything is as it was, or until the step was done in spite of it."""
    fingerprint_equal: bool | None
    """Whether the source was as before at the end; None when it was not compared."""
    leftovers: list[str]
    """Steps whose undoing is not done."""
    why: str
    at: str
    code_version: str
    plan_hash: str

    def as_json(self) -> dict[str, Any]:
        """The same for doors."""
        return asdict(self)


def results(ledger: Ledger, catalogue: Catalogue, workload: str) -> Iterator[Result]:
    """Cells of a workload, newest first, each run read when it is asked for; one that was never begun is left out."""
    for one in reversed(ledger.rehearsals.of(workload)):
        try:
            yield from of_run(ledger, catalogue, one, ledger.runs.get(one.run))
        except RunUnknown:
            continue


def of_run(ledger: Ledger, catalogue: Catalogue, rehearsal: Rehearsal, run: Run) -> list[Result]:
    """What came of each cell of one run."""
    compared = [event["detail"] for event in ledger.events.of(run.run) if event["kind"] == "failback" and event["detail"]]
    lines = ledger.steps.all(run.run)
    left = [line.name for line in lines if line.state == "undo-failed"]
    outcome = None if run.alive and run.state != "needs-operator" else _outcome(rehearsal, run, lines)
    strikes = ledger.rehearsals.strikes(run.run)
    equal = compared[-1]["before"] == compared[-1]["after"] if compared else None
    safe = run.state in {"failed-back", "migrated"} and not left and equal is not False
    found = []
    for step, mode in rehearsal.cells:
        expected, strike = _expected(catalogue, mode), strikes.get((step, mode))
        found.append(
            Result(
                run=run.run,
                strategy=rehearsal.strategy,
                step=step,
                mode=mode,
                state=run.state,
                outcome=outcome,
                expected=expected,
                right=None if outcome is None else safe and (_as_expected(outcome, expected) or not strike),
                struck=strike.at if strike else None,
                where=strike.where if strike else "",
                seconds_to_safety=seconds_between(strike.at, _safe_at(strike, step, outcome, run, lines)) if strike else None,
                fingerprint_equal=equal,
                leftovers=left,
                why=run.turned_back or run.why,
                at=rehearsal.at,
                code_version=rehearsal.code_version,
                plan_hash=rehearsal.plan_hash,
            )
        )
    return found


def _safe_at(strike: Strike, step: str, outcome: str | None, run: Run, lines: list[StepRow]) -> str | None:
    """When what struck was overcome: the end of its line, if the run got through, else the end of the run."""
    if outcome in PASSED:
        ends = sorted(line.ended for line in lines if line.name == step and line.ended and line.ended >= strike.at)
        if ends:
            return ends[0]
    return run.ended if run.state in {"failed-back", "migrated"} else None


def _outcome(rehearsal: Rehearsal, run: Run, lines: list[StepRow]) -> str:
    if rehearsal.lifted or run.state == "needs-operator":
        return "needs-operator"
    if run.state == "migrated":
        return "migrated"
    begun = {line.name for line in lines if line.begun}
    if UNTIL_FINALIZE in begun:
        return "got-through"
    asked = [line.name for line in lines if line.kind == "gate" and line.begun and line.name != SIGN_OFF]
    return "failed-back" if asked else "detected-in-preflight"


def _as_expected(outcome: str, expected: list[str]) -> bool:
    """Found earlier than it had to be is right, too: in preflight instead of later; so is a run that got through to its end."""
    sooner = {"detected-in-preflight": "failed-back", "migrated": "got-through"}
    return outcome in expected or sooner.get(outcome) in expected


def _expected(catalogue: Catalogue, mode: str) -> list[str]:
    try:
        return list(catalogue.mode(mode).ends)
    except CatalogueError:  # an older version knew it
        return []
