"""Whatever activities answer and people say: the run ends where a run may end, and nothing that was begun is forgotten."""

from datetime import timedelta
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from activities.registry import STEPS
from orchestrators import calls
from tests.orchestrators.driver import DONE, Driver, Json, failed, waiting
from tests.plan.plans import example

PLAN = example()
GATES = ["open-window", "cutover", "finalize"]
ANSWERS = st.sampled_from(
    [
        DONE,
        waiting(),
        failed("throttled"),
        failed("denied"),
        failed("timeout"),
        failed("ledger-unreachable"),
        {"state": "parts", "parts": ["orders~0", "orders~1"]},
    ]
)
LINES = st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(["do", "do", "undo"]))
SCRIPTS = st.dictionaries(LINES, st.lists(ANSWERS, min_size=1, max_size=6), max_size=6)
INTERRUPTIONS = st.dictionaries(LINES, st.sampled_from(["pause", "resume", "abort"]), max_size=3)
WORDS = st.lists(
    st.tuples(st.floats(0, 400), st.sampled_from(["pause", "resume", "pause", "resume", "abort"])),
    max_size=5,
)
DECISIONS = st.dictionaries(
    st.sampled_from(GATES), st.tuples(st.floats(0, 900), st.sampled_from(["approved", "approved", "rejected"]))
)
SILENCE = st.sampled_from(["hold", "fail-back", "abort"])


def prepared(scripts: dict[tuple[str, str], list[Json]], words: list[tuple[float, str]], overrun: str, silence: str) -> Driver:
    """A run to which things happen; in the end somebody always resumes and approves."""
    driver = Driver(PLAN, approve=False)
    driver.options |= {"on_overrun": overrun, "window": 300.0}
    driver.options["gates"] = {gate: {"timeout": 200.0, "on_timeout": silence} for gate in GATES}
    driver.script = {key: list(answers) for key, answers in scripts.items()}
    for at, word in words:
        driver.at(at, lambda word=word: driver.say(word))  # type: ignore[misc]  # mypy has no type for a lambda's default
    for at in range(2000, 40000, 1000):
        driver.at(float(at), lambda: driver.say("resume"))
        for gate in GATES:
            driver.at(float(at), lambda gate=gate: driver.decide(gate))  # type: ignore[misc]
    return driver


@settings(max_examples=200, deadline=timedelta(seconds=5))
@given(
    SCRIPTS,
    INTERRUPTIONS,
    WORDS,
    DECISIONS,
    st.sampled_from(["hold", "fail-back", "continue"]),
    SILENCE,
    st.sampled_from([8, 30, 200]),
)
def test_every_run_ends_where_a_run_may_end(
    scripts: dict[tuple[str, str], list[Json]],
    interruptions: dict[tuple[str, str], str],
    words: list[tuple[float, str]],
    decisions: dict[str, tuple[float, str]],
    overrun: str,
    silence: str,
    roll_over: int,
) -> None:
    driver = prepared(scripts, words, overrun, silence)
    for key, word in interruptions.items():
        driver.during[key] = [lambda word=word: driver.say(word)]  # type: ignore[misc]
        driver.script.setdefault(key, [waiting()])
    for gate, (at, state) in decisions.items():
        driver.at(at, lambda gate=gate, state=state: driver.decide(gate, state))  # type: ignore[misc]
    with patch.object(calls, "ROLL_OVER", roll_over):
        ended = driver.run()
    assert ended["outcome"] in {"migrated", "failed-back", "needs-operator"}
    assert driver.left_waiting() == []
    book = driver.book
    final = next((at for at, key in zip(driver.times, driver.log, strict=True) if key == ("retire_source", "do")), None)
    if ended["outcome"] == "migrated" or final is not None:
        assert driver.steps("undo") == []
        assert final is not None
    else:
        assert set(book.begun) == set(book.undone) | book.left_over
        assert (ended["outcome"] == "failed-back") == (not book.left_over)
    nothing_begins_after(driver, final)


def nothing_begins_after(driver: Driver, final: float | None) -> None:
    """No step is begun once an abort was heard, but past the point of no return."""
    if driver.aborted_at is None or (final is not None and driver.aborted_at >= final - driver.takes):
        return
    later = [key for at, key in zip(driver.times, driver.log, strict=True) if key[1] == "do" and at > driver.aborted_at]
    assert later == []
