"""No step is left out of the walks. Quick: it needs no stage."""

from activities.registry import STEPS
from tests.e2e.walks import STRATEGIES, lines


def test_every_step_stands_in_a_runbook_that_is_walked() -> None:
    walked = {line.name for walk in STRATEGIES for line in lines(walk)}
    assert walked == set(STEPS)


def test_lines_that_stand_several_times_are_walked_with_each_of_their_arguments() -> None:
    told = [tuple(line.arguments.values()) for line in lines("zero") if line.name in {"shift_traffic", "climb_ladder"}]
    assert told == [(5,), (25,), (50,), (100,), ("dual",), ("shadow",), ("live",), ("azure",)]
