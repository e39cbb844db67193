"""A promoted line on a real ledger: the deed is told who said so, the evidence keeps it; a failure's evidence is kept, too."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from activities.step import Done, Failed, Verdict, Waiting, Work
from activities.steps.bake import Bake
from activities.steps.confirm_metrics import ConfirmMetrics
from adapters.errors import NotFound
from adapters.records import Answer, Json
from ledger.ledger import Ledger
from tests.activities.painting import Paint, Site
from tests.activities.small_world import Answers, work
from tests.activities.watched_sides import Side, plan_with

SAID = {"by": "Lena Lead", "reason": "seen enough", "at": "2026-11-23T12:00:00+00:00"}


class Drying(Paint):
    """Paint that only dries with time."""

    owner, estimate = "qa", timedelta(minutes=1)
    instruction = expected = validation = rollback = "Wait."
    promotable = True

    def verify(self, work: Work, before: Json) -> Verdict:
        return Done({"promoted": work.promoted}) if work.promoted else Waiting("the paint to dry")


class Flaking(Drying):
    """Paint that does not hold."""

    owner, estimate = "qa", timedelta(minutes=1)
    instruction = expected = validation = rollback = "Look."

    def verify(self, work: Work, before: Json) -> Verdict:
        return Failed("it flakes", "Scrape it off.", "unhealthy", {"flakes": 3})


@pytest.fixture
def site(ledger: Ledger) -> Site:
    made = Site(ledger)
    made.step = Drying()
    return made


def test_a_line_hears_of_its_own_promotion_only(site: Site) -> None:
    assert site.attempt.do()["state"] == "waiting"
    site.ledger.promotions.keep(site.run.run, 2, "Lena Lead", "another line")
    assert site.attempt.do()["state"] == "waiting"
    site.ledger.promotions.keep(site.run.run, 1, "Lena Lead", "dry enough")
    assert site.attempt.do() == {"state": "done"}
    kept: Any = site.row.evidence["promoted"]
    assert (kept["by"], kept["reason"]) == ("Lena Lead", "dry enough")


def test_a_line_that_does_not_watch_hears_of_none(site: Site) -> None:
    class Stubborn(Drying):
        """Paint that nobody may hurry."""

        owner, estimate = "qa", timedelta(minutes=1)
        instruction = expected = validation = rollback = "Wait."
        promotable = False

    site.ledger.promotions.keep(site.run.run, 1, "Lena Lead", "in a hurry")
    site.step = Stubborn()
    assert site.attempt.do()["state"] == "waiting"


def test_what_a_failure_has_seen_is_kept_beside_its_error(site: Site) -> None:
    site.step = Flaking()
    answer = site.attempt.do()
    assert answer["error"] == {"code": "unhealthy", "message": "it flakes", "mend": "Scrape it off."}
    assert (site.row.state, site.row.evidence, site.row.error) == ("failed", {"flakes": 3}, answer["error"])


def test_a_bake_that_is_promoted_is_over_but_not_one_that_is_unhealthy() -> None:
    did = Bake().do(work(), {})
    well = replace(work(did, after=1, web=Answers(Answer(200, body={}))), promoted=SAID)
    verdict = Bake().verify(well, {})
    assert isinstance(verdict, Done)
    assert verdict.evidence["promoted"] == SAID
    sick = replace(work(did | {"in_a_row": 2}, after=1, web=Answers(Answer(500))), promoted=SAID)
    assert isinstance(Bake().verify(sick, {}), Failed)


def test_metrics_are_read_once_before_anybody_depends_on_them() -> None:
    sides = {"source": Side(), "target": Side()}
    verdict = ConfirmMetrics().verify(work(plan=plan_with(), observers=sides), {})
    assert isinstance(verdict, Done)
    assert verdict.evidence["metrics"]["target"]["requests"] == 1000
    sides["target"].error = NotFound("no such metric")
    with pytest.raises(NotFound):
        ConfirmMetrics().verify(work(plan=plan_with(), observers=sides), {})
    assert ConfirmMetrics().verify(work(plan=plan_with(gates=[]), observers=sides), {}) == Done(
        {"metrics": {"source": {}, "target": {}}}
    )
