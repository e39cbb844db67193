"""Problem documents: whatever goes wrong behind a door is told with a mend, and an exception's text stays inside."""

import logging
from typing import Any

import azure.functions as func
import pytest

from api.problems import Problem, answer, door, json_body, text_field
from approvals.errors import NotAllowed
from ledger.errors import LedgerRefused, LedgerUnavailable, RunUnknown, WorkloadBusy
from plan.problems import PlanError
from plan.problems import Problem as PlanProblem
from tests.api.doors import problem, read, request

ERRORS: list[tuple[Exception, int, str]] = [
    (RunUnknown("nobody"), 404, "Run unknown"),
    (WorkloadBusy("orders", "orders-1"), 409, "Workload busy"),
    (NotAllowed(403, "Mallory may not", "Ask Lena."), 403, "Decision refused"),
    (PlanError([PlanProblem("plan", None, None, "window", "is missing", "Add it")]), 422, "Plan invalid"),
    (LedgerUnavailable("reading runs: no answer"), 503, "Ledger unreachable"),
    (LedgerRefused("reading runs: refused with 403"), 503, "Ledger refused"),
    (Problem(418, "Tea pot", "No coffee here.", "Ask for tea.", pot=1), 418, "Tea pot"),
]


def behind_a_door(error: Exception) -> func.HttpResponse:
    @door
    def handler() -> func.HttpResponse:
        raise error

    return handler()


@pytest.mark.parametrize(("error", "status", "title"), ERRORS)
def test_each_error_is_a_problem_of_its_kind(error: Exception, status: int, title: str) -> None:
    found = problem(behind_a_door(error))
    assert (found["status"], found["title"]) == (status, title)


def test_a_problem_carries_what_a_client_goes_on_with() -> None:
    by_title = {title: problem(behind_a_door(error)) for error, _, title in ERRORS}
    assert by_title["Workload busy"]["run"] == "orders-1"
    assert by_title["Plan invalid"]["problems"][0]["field"] == "window"
    assert by_title["Decision refused"]["mend"] == "Ask Lena."
    assert by_title["Tea pot"]["pot"] == 1
    assert "Storage Table Data Contributor" in by_title["Ledger refused"]["mend"]


def test_an_unforeseen_error_is_told_by_type_only(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        found = behind_a_door(KeyError("hunter2"))
    assert problem(found)["title"] == "Defect"
    assert "KeyError" in caplog.text
    assert "hunter2" not in caplog.text + found.get_body().decode()


def test_a_door_passes_on_what_went_well() -> None:
    given = door(lambda req: answer(json_body(req), 202, {"Location": "here"}))(request("POST", "x", {"a": "ü"}))
    assert (given.status_code, read(given), given.headers["Location"]) == (202, {"a": "ü"}, "here")


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[]", b'"text"', b"null", b"7", b"[" * 200_000])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(Problem) as refused:
        json_body(request("POST", "x", body))
    assert refused.value.status == 400


def test_no_body_is_an_empty_object() -> None:
    assert json_body(request("POST", "x")) == {}


@pytest.mark.parametrize("value", [None, 7, "", "  ", "x" * 501, ["Lena"]])
def test_a_text_field_is_a_text_of_a_bounded_length(value: Any) -> None:
    with pytest.raises(Problem, match="'by'"):
        text_field({"by": value}, "by")


def test_a_text_field_is_stripped_and_may_be_left_out() -> None:
    assert text_field({"by": " Lena Lead\n"}, "by") == "Lena Lead"
    assert text_field({}, "reason", required=False) == ""
    assert len(text_field({"reason": "x" * 500}, "reason")) == 500
