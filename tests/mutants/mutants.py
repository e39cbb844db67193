"""Promises, each with a change that breaks it and the tests that must notice.

Lives here: data. Never here: applying a change (test_mutants.py).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A change of one place: `old` stands once in the file, `new` replaces it; `tests` have to go red."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


LIFECYCLE, FAILBACK = "tests/activities/test_lifecycle.py", "tests/orchestrators/test_saga_failback.py"
MUTANTS = (
    Mutant(
        "write-ahead-disabled",
        "activities/lifecycle.py",
        "before = self._ledger.steps.keep_before(self._run.run, self._seq, self._step.snapshot(self._work(row)))",
        "before = self._step.snapshot(self._work(row))",
        (f"{LIFECYCLE}::test_the_before_state_is_in_the_ledger_before_anything_changes",),
    ),
    Mutant(
        "second-try-takes-a-new-before-state",
        "activities/lifecycle.py",
        "before = self._ledger.steps.before(self._run.run, self._seq) if row.begun else None\n        if before is None:",
        "if True:",
        (f"{LIFECYCLE}::test_a_second_try_keeps_the_true_before_state",),
    ),
    Mutant(
        "done-twice-is-done-again",
        "activities/lifecycle.py",
        '        if row.state == "done":\n            return {"state": "done"}\n        if _going_back(row):',
        "        if _going_back(row):",
        (f"{LIFECYCLE}::test_done_twice_is_done_once",),
    ),
    Mutant(
        "late-delivery-does-again",
        "activities/lifecycle.py",
        'return row.undo_started is not None or row.state in {"undone", "undo-failed"}',
        "return False",
        (f"{LIFECYCLE}::test_what_is_delivered_again_after_the_turn_back_does_nothing",),
    ),
    Mutant(
        "one-undo-disabled",
        "activities/steps/hand_over_schedules.py",
        "    def undo(self, work: Work, before: Json) -> Json:\n",
        "    def undo(self, work: Work, before: Json) -> Json:\n        return {}\n",
        ("tests/activities/test_hand_over_schedules.py",),
    ),
    Mutant(
        "way-back-skips-its-first-line",
        "orchestrators/saga.py",
        'for line in begun["lines"]:',
        'for line in begun["lines"][1:]:',
        (FAILBACK,),
    ),
    Mutant(
        "failure-does-not-turn-back",
        "orchestrators/saga.py",
        "raise FailBack(f\"{step.name} failed: {error['message']}\")",
        "return",
        (FAILBACK,),
    ),
    Mutant(
        "abort-is-not-heard-between-lines",
        "orchestrators/calls.py",
        "if self._listener.abort and not self.final:\n            raise FailBack(self._listener.abort)\n        if self._calls",
        "if self._calls",
        ("tests/orchestrators/test_saga_control.py",),
    ),
    Mutant(
        "failures-are-not-injected",
        "rehearsal/faults.py",
        'raise AdapterError(fault.code, f"{call}: {SAID} ({fault.kind}, {fault.code})", MEND)',
        "return act()",
        ("tests/rehearsal/test_faults.py",),
    ),
)
