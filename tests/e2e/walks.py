"""Which runbooks are walked line by line: together they have every step that there is. Never here: how (lifecycle.py)."""

from local.processes import ROOT
from plan.load import load_plan
from plan.model import Plan
from tests.e2e.memory import Line
from tests.e2e.walk import runbook
from tests.plan.plans import VARIABLES, example

STRATEGIES = {"back": "planned-downtime", "forth": "minimized-downtime", "zero": "zero-downtime"}


def lines(walk: str) -> list[Line]:
    """Of the sample's plan."""
    return runbook(example(variables=VARIABLES | {"STRATEGY": STRATEGIES[walk]}))


def planned(walk: str, variables: dict[str, str]) -> Plan:
    """The sample's plan; a walk that goes back removes what it made."""
    text = (ROOT / "examples" / "orders" / "plan.yaml").read_text()
    if walk != "forth":
        text = text.replace("  infrastructure:\n", "  infrastructure:\n    remove_on_failback: true\n")
    if walk == "back":
        text = text.replace("leftover: drain", "leftover: move")
    return load_plan(text, "plan.yaml", variables | {"STRATEGY": STRATEGIES[walk]})
