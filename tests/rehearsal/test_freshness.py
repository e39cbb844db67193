"""A plan may ask for fresh rehearsals: the first step refuses a run without them, and always tells what never was rehearsed."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from activities.step import Done, Failed, Verdict
from activities.steps.confirm_prerequisites import ConfirmPrerequisites
from plan.rehearsal import Rehearsal
from tests.activities.small_world import Remembered, work
from tests.plan.plans import example

NOBODY = SimpleNamespace(missing=lambda _needs: [])


class Rehearsed(Remembered):
    """A record of a workload whose copy was rehearsed long ago, and whose bake never was."""

    def unrehearsed(self, within: timedelta | None) -> list[str]:
        return ["bake"] if within is None else ["copy_state", "bake"]


def verdict(fresher_than: timedelta | None) -> Verdict:
    plan = example().model_copy(update={"rehearsal": Rehearsal(fresher_than=fresher_than)})
    ports: dict[str, Any] = {
        "aws_permissions": NOBODY,
        "azure_permissions": NOBODY,
        "aws_needs": [],
        "azure_needs": [],
        "stores": {},
    }
    given = work(record=Rehearsed(), plan=plan, infrastructure=SimpleNamespace(validate=lambda *_: None), **ports)
    return ConfirmPrerequisites().verify(given, {})


def test_what_never_was_rehearsed_is_told() -> None:
    found = verdict(None)
    assert isinstance(found, Done)
    assert found.evidence["never_rehearsed"] == ["bake"]


def test_a_run_without_fresh_rehearsals_is_refused_when_the_plan_asks_for_them() -> None:
    found = verdict(timedelta(days=30))
    assert isinstance(found, Failed)
    assert found.message == "not rehearsed within 30d: copy_state, bake"
    assert found.code == "prerequisite"


@pytest.mark.parametrize("text", ["30d", "12h"])
def test_freshness_is_a_duration(text: str) -> None:
    assert Rehearsal.model_validate({"fresher_than": text}).model_dump(mode="json")["fresher_than"] in {"30d", "12h"}
