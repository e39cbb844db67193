"""People, failures and crashes in any order: the world ends either wholly moved or exactly as it was (hypothesis, stateful)."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from orchestrators.strategies import RUNBOOKS
from plan.model import Strategy
from tests.orchestrators.steered import Steered
from tests.plan.plans import example

TROUBLE = st.sampled_from(["", "", "", "before", "half", "after"])
MANY = 200_000
STRATEGIES: list[Strategy] = ["planned-downtime", "minimized-downtime", "zero-downtime"]


class World(RuleBasedStateMachine):
    """One run of one strategy, and everything that may happen to it."""

    strategy: Strategy = "planned-downtime"

    def __init__(self) -> None:
        super().__init__()
        plan = example().model_copy(update={"strategy": self.strategy})
        self.run = Steered(plan, RUNBOOKS[self.strategy])
        self.gates = list(self.run.driver.options["gates"])

    @rule(events=st.integers(1, 60))
    def time_passes(self, events: int) -> None:
        self.run.go_on(events)

    @rule(trouble=st.lists(TROUBLE, min_size=1, max_size=6))
    def something_will_fail(self, trouble: list[str]) -> None:
        self.run.site.trouble = list(trouble)

    @rule(word=st.sampled_from(["pause", "resume", "resume", "abort"]))
    def somebody_speaks(self, word: str) -> None:
        if self.run.outcome is None:
            self.run.driver.say(word)

    @rule(state=st.sampled_from(["approved", "approved", "approved", "rejected"]), which=st.integers(0, 2))
    def somebody_decides(self, state: str, which: int) -> None:
        if self.run.outcome is None:
            self.run.driver.decide(self.gates[which % len(self.gates)], state)

    @rule()
    def the_orchestration_is_lost(self) -> None:
        self.run.crash()

    @precondition(lambda self: self.run.outcome is not None and self.run.outcome["outcome"] == "needs-operator")
    @rule()
    def somebody_retries(self) -> None:
        self.run.retry()

    @invariant()
    def nothing_is_undone_beneath_what_still_stands(self) -> None:
        assert self.run.site.out_of_order == []

    @invariant()
    def an_end_is_an_end(self) -> None:
        site = self.run.site
        match (self.run.outcome or {}).get("outcome"):
            case "failed-back":
                assert site.changed == {}
            case "migrated":
                assert set(site.changed.values()) == {"whole"}
                assert site.undone == []

    def teardown(self) -> None:
        """In the end everything works again, people approve and go on: no run is stuck, and none ends in between."""
        self.run.site.trouble = []
        for _ in range(4):
            if self.run.outcome is not None and self.run.outcome["outcome"] == "needs-operator":
                self.run.retry()
            for gate in self.gates:
                self.run.driver.decide(gate)
            if (self.run.site.asked or {}).get("action") != "abort":
                self.run.driver.say("resume")
            self.run.go_on(MANY)
        assert self.run.outcome is not None
        assert self.run.outcome["outcome"] in {"migrated", "failed-back"}
        self.an_end_is_an_end()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_world_ends_moved_or_as_it_was(strategy: Strategy) -> None:
    machine = type("WorldOfOneStrategy", (World,), {"strategy": strategy})
    few = settings(
        max_examples=40,
        stateful_step_count=25,
        deadline=timedelta(seconds=20),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(machine, settings=few)
