"""Activities as the host sees them: every step and every act by its name; what goes wrong is a value with a code."""

from typing import Any

import pytest

from activities import blueprint
from activities.registry import STEPS
from ledger.errors import LedgerRefused, LedgerUnavailable
from tests.orchestrators.book import Book


def silent(_run: str, **_named: str) -> Any:
    raise LedgerUnavailable("reading runs: ServiceRequestError")


def test_every_step_and_every_act_is_an_activity() -> None:
    acts = {name for name in vars(Book) if not name.startswith("_")} & set(blueprint.ACTIVITIES)
    assert set(blueprint.ACTIVITIES) == set(STEPS) | acts
    assert {"begin_run", "open_gate", "begin_failback", "end_failback", "halt", "finish_run"} <= acts


@pytest.mark.parametrize("step", STEPS)
def test_a_silent_ledger_is_a_value_that_the_saga_waits_for(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blueprint, "workplace", silent)
    answer = blueprint.ACTIVITIES[step]({"run": "orders-1", "seq": 1, "phase": "do"})
    assert (answer["state"], answer["error"]["code"]) == ("failed", "ledger-unreachable")


def test_a_ledger_that_refuses_has_a_code_of_its_own_and_names_the_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_run: str, **_named: str) -> Any:
        raise LedgerRefused("reading runs: refused with 403")

    monkeypatch.setattr(blueprint, "workplace", refused)
    error = blueprint.ACTIVITIES["evaluate"]({"run": "orders-1", "seq": 1, "phase": "do"})["error"]
    assert error["code"] == "ledger-refused"
    assert "Storage Table Data Contributor" in error["mend"]


def test_an_act_that_breaks_is_a_value_without_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_asked: dict[str, Any]) -> dict[str, Any]:
        raise KeyError("hunter2")

    answer = blueprint.guarded(broken)({"run": "orders-1"})
    assert answer["error"]["code"] == "unexpected"
    assert "hunter2" not in repr(answer)
