"""Words: a step that does not say them does not exist, and all that they speak of is known."""

from datetime import timedelta
from string import Formatter
from typing import Any

import pytest

from activities import gates, words
from activities.registry import STEPS
from activities.step import WORDS, Done, Failed, Step, same
from activities.steps.announce import Announce
from orchestrators.strategies import RUNBOOKS
from plan.strategies import NEEDS
from tests.plan.plans import example

PLAN = example()
SAID: dict[str, Any] = {
    "owner": "qa",
    "instruction": "Do it.",
    "expected": "It is done.",
    "validation": "It is looked at.",
    "rollback": "It is taken back.",
    "estimate": timedelta(minutes=1),
}


def test_a_step_is_named_after_its_class() -> None:
    step: type[Step] = type("ShiftAllTraffic", (Step,), {"__doc__": "Shift.", **SAID})
    assert step.name == "shift_all_traffic"


@pytest.mark.parametrize("missing", WORDS)
def test_a_step_without_one_of_its_words_does_not_exist(missing: str) -> None:
    with pytest.raises(TypeError, match=rf"Mute does not say its {missing}"):
        type("Mute", (Step,), {"__doc__": "Mute."} | {word: text for word, text in SAID.items() if word != missing})


def test_words_are_not_inherited() -> None:
    parent = type("Loud", (Step,), {"__doc__": "Loud.", **SAID})
    with pytest.raises(TypeError, match="Quiet does not say its owner"):
        type("Quiet", (parent,), {"__doc__": "Quiet."})


def test_a_step_without_a_title_does_not_exist() -> None:
    with pytest.raises(TypeError, match="docstring"):
        type("Nameless", (Step,), SAID)


@pytest.mark.parametrize("step", STEPS.values(), ids=lambda step: step.name)
def test_every_steps_words_speak_of_what_the_plan_knows(step: type[Step]) -> None:
    known = words.facts(PLAN) | {"weight": "25", "rung": "dual"}  # arguments that the runbook gives
    for word in WORDS:
        said = getattr(step, word)
        if isinstance(said, str):
            used = {name for _, name, _, _ in Formatter().parse(said) if name is not None}
            assert used <= known.keys()
            assert "{" not in said.format_map(known)
    assert step.owner in PLAN.owners
    assert step.estimate > timedelta()
    assert step.__doc__


@pytest.mark.parametrize("step", STEPS.values(), ids=lambda step: step.name)
def test_every_step_proves_what_it_expects(step: type[Step]) -> None:
    assert step.verify is not Step.verify
    if step is Announce:  # taking an announcement back must not hold a failback up
        return
    assert (step.undo is not Step.undo) <= (step.undone is not Step.undone)
    assert (step.parts is Step.parts) == (step.do_part is Step.do_part)
    assert (step.undo_parts is Step.undo_parts) == (step.undo_part is Step.undo_part)


@pytest.mark.parametrize("strategy", RUNBOOKS)
def test_every_gate_of_a_strategy_has_its_words(strategy: str) -> None:
    known = words.facts(PLAN)
    for gate in NEEDS[strategy].gates:  # type: ignore[index]  # names of strategies, checked by the plan
        said = gates.WORDS[gate]
        assert all(text.format_map(known) for text in (said.title, said.asks, said.approved, said.rejected))


def test_facts_of_an_empty_plan_say_none() -> None:
    bare = PLAN.model_copy(update={"secrets": [], "state": PLAN.state.model_copy(update={"stores": [], "queues": []})})
    assert words.facts(bare)["secrets"] == words.facts(bare)["stores"] == words.facts(bare)["queues"] == "none"


def test_a_difference_shows_both_sides() -> None:
    assert same(1, 1, "weight", "") == Done({"weight": 1})
    assert same(1, 2, "weight", "Look.") == Failed("weight should be 2 but is 1", "Look.")
