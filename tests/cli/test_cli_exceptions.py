"""exceptions and accept, and an approval that names how many it accepts."""

import pytest

from tests.cli.agent import RUN, Agent, at_gate
from tests.cli.conftest import Command

HERE = f"/api/migrations/{RUN}"
ONE = {"id": "0f3a", "store": "orders", "key": "o-1", "reason": "missing on Azure", "decision": "open", "by": "", "why": ""}


def test_what_differs_is_listed_with_its_decision(dayzero: Command, agent: Agent) -> None:
    accepted = ONE | {"id": "1b", "decision": "accepted", "by": "Lena Lead", "why": "a test order"}
    agent.answers[f"GET {HERE}/exceptions"] = [(200, {"run": RUN, "exceptions": [ONE, accepted]}), (200, {"exceptions": []})]
    shown = dayzero("exceptions", RUN).stdout.splitlines()
    assert shown[0] == "0f3a orders o-1: missing on Azure; open"
    assert shown[1].endswith("accepted by Lena Lead (a test order)")
    assert "Nothing differs" in dayzero("exceptions", RUN).stdout


def test_one_is_accepted_by_a_person_with_a_reason(dayzero: Command, agent: Agent) -> None:
    done = {"run": RUN, "exception": ONE | {"decision": "accepted", "by": "Petra Product", "why": "a test order"}}
    agent.answers[f"POST {HERE}/exceptions/0f3a"] = [(200, done)]
    result = dayzero("accept", RUN, "0f3a", "--reason", "a test order", "--by", "Petra Product")
    assert (result.exit_code, "Petra Product accepted orders o-1" in result.stdout) == (0, True)
    assert agent.asked[-1].body == {"by": "Petra Product", "reason": "a test order"}


@pytest.mark.parametrize(("words", "sent"), [((), None), (("--accept-exceptions", "3"), 3)])
def test_an_approval_says_how_many_it_accepts(dayzero: Command, agent: Agent, words: tuple[str, ...], sent: int | None) -> None:
    agent.answers[f"GET {HERE}"] = [(200, at_gate("cutover"))]
    agent.answers[f"POST {HERE}/approvals/cutover"] = [(202, {"accepted": True})]
    assert dayzero("approve", RUN, "cutover", *words).exit_code == 0
    assert agent.asked[-1].body.get("accept_exceptions") == sent
