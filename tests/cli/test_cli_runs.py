"""list, status, approve, reject, pause, resume, abort, promote, retry, report, events: what is asked and what is shown."""

import json
from pathlib import Path

import pytest

from tests.cli.agent import KEY, RUN, Agent, at_gate, status
from tests.cli.conftest import Command

HERE = f"/api/migrations/{RUN}"


def test_list_shows_the_runs_and_how_to_see_more(dayzero: Command, agent: Agent) -> None:
    run = {name: status()[name] for name in ("run", "workload", "strategy", "state", "started", "updated")}
    agent.answers["GET /api/migrations"] = [(200, {"migrations": [run], "next": "t/1"})]
    shown = dayzero("list")
    assert RUN in shown.output
    assert "planned-downtime" in shown.output
    assert "dayzero list --next t/1" in shown.output
    assert json.loads(dayzero("list", "--next", "t/1", "--json").stdout)["migrations"] == [run]
    assert agent.asked[-1].query == "next=t%2F1"
    agent.answers["GET /api/migrations"] = [(200, {"migrations": [], "next": None})]
    assert "No run yet" in dayzero("list").output


def test_list_shows_waves_and_what_runs_wait_for(dayzero: Command, agent: Agent) -> None:
    run = {name: status()[name] for name in ("run", "workload", "strategy", "state", "started", "updated")}
    wave = {"wave": "night-1", "workloads": 3, "states": {"waiting": 1, "migrated": 2}}
    found = {"migrations": [run | {"wave": "night-1", "why": "approval of cutover"}], "waves": [wave], "next": None}
    agent.answers["GET /api/migrations"] = [(200, found)]
    shown = dayzero("list", "--wave", "night-1").output
    assert agent.asked[-1].query == "wave=night-1"
    assert "Wave night-1: 3 workloads: 1 waiting, 2 migrated." in shown
    assert "approval of cutover" in shown
    agent.answers["GET /api/migrations"] = [(200, {"migrations": [], "waves": [], "next": None})]
    assert "No run of wave night-2" in dayzero("list", "--wave", "night-2").output


def test_status_shows_steps_progress_window_and_what_is_waited_for(dayzero: Command, agent: Agent) -> None:
    agent.answers[f"GET {HERE}"] = [
        (
            200,
            at_gate("cutover") | {"downtime_seconds": 75, "window": {"opened": "", "length_seconds": 1800, "used_percent": 4}},
        )
    ]
    shown = dayzero("status", RUN).output
    for words in (
        "snapshot_source",
        "1.5 s",
        "10 of 100 entities (10 %)",
        "down for 1 min 15 s",
        "4 % of the window",
        "Lena Lead",
    ):
        assert words in shown
    assert f"dayzero approve {RUN} cutover" in shown
    assert json.loads(dayzero("status", RUN, "--json").stdout)["state"] == "waiting"


def test_status_shows_errors_and_leftovers_as_they_are_written(dayzero: Command, agent: Agent) -> None:
    left = [{"step": "prepare_dns", "error": {"code": "denied", "message": "[red]denied[/red]", "mend": "Grant it."}}]
    broken = status(
        "needs-operator",
        leftovers=left,
    )
    broken["steps"][1] |= {"state": "failed", "error": {"code": "Denied", "message": "no [access]", "mend": "Grant it."}}
    agent.answers[f"GET {HERE}"] = [(200, broken)]
    shown = dayzero("status", RUN).output
    assert "Denied: no [access] Grant it." in shown
    assert "Left over: prepare_dns: [red]denied[/red]" in shown


@pytest.mark.parametrize(("verb", "decision"), [("approve", "approve"), ("reject", "reject")])
def test_a_decision_names_person_reason_and_runbook(dayzero: Command, agent: Agent, verb: str, decision: str) -> None:
    agent.answers[f"GET {HERE}"] = [(200, at_gate("cutover"))]
    agent.answers[f"POST {HERE}/approvals/cutover"] = [(202, {"accepted": True})]
    result = dayzero(verb, RUN, "cutover", "--reason", "checked", "--by", "Petra Product")
    assert (result.exit_code, "Petra Product" in result.output) == (0, True)
    assert agent.asked[-1].body == {"decision": decision, "by": "Petra Product", "reason": "checked", "runbook_hash": "r" * 64}
    dayzero(verb, RUN, "cutover", "--reason", "checked", "--json")
    assert agent.asked[-1].body["by"] == "Lena Lead"


@pytest.mark.parametrize("verb", ["pause", "resume", "abort", "promote", "retry"])
def test_controls_name_person_and_reason(dayzero: Command, agent: Agent, verb: str) -> None:
    agent.answers[f"POST {HERE}/{verb}"] = [(202, {"run": RUN})]
    result = dayzero(verb, RUN, "--reason", "because")
    assert (result.exit_code, RUN in result.output) == (0, True)
    assert agent.asked[-1].body == {"by": "Lena Lead", "reason": "because"}
    assert json.loads(dayzero(verb, RUN, "--reason", "because", "--json").stdout) == {"run": RUN}


@pytest.mark.parametrize("words", [("reject", RUN, "cutover"), ("abort", RUN)])
def test_going_back_needs_a_reason(dayzero: Command, agent: Agent, words: tuple[str, ...]) -> None:
    assert dayzero(*words).exit_code == 2
    assert agent.asked == []


def test_report_in_both_forms(dayzero: Command, agent: Agent, tmp_path: Path) -> None:
    agent.answers[f"GET {HERE}/report"] = [(200, "# Report\n"), (200, {"outcome": "migrated"})]
    assert dayzero("report", RUN).stdout == "# Report\n"
    assert json.loads(dayzero("report", RUN, "--json").stdout) == {"outcome": "migrated"}
    assert dayzero("report", RUN, "--format", "json", "-o", str(tmp_path / "r.json")).exit_code == 0
    assert json.loads((tmp_path / "r.json").read_text()) == {"outcome": "migrated"}
    assert [asked.query for asked in agent.asked] == ["format=md", "format=json", "format=json"]


def test_events_tell_who_and_when(dayzero: Command, agent: Agent) -> None:
    event = {
        "at": "2026-11-23T10:00:00+00:00",
        "who": "Lena Lead",
        "kind": "approval",
        "text": "approved cutover",
        "detail": {},
    }
    agent.answers[f"GET {HERE}/events"] = [(200, {"events": [event]})]
    assert "[approval] Lena Lead: approved cutover" in dayzero("events", RUN).output
    assert json.loads(dayzero("events", RUN, "--json").stdout)["events"] == [event]


def test_ids_are_quoted_in_addresses(dayzero: Command, agent: Agent) -> None:
    agent.answers["GET /api/migrations/a/../b?c"] = [(200, status())]
    assert dayzero("status", "a/../b?c", "--json").exit_code == 0


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ((401, {}), 3, "DAYZERO_KEY"),
        (
            (403, {"detail": "Only Lena Lead may decide.", "mend": "Ask her"}),
            3,
            "Only Lena Lead may decide.\nWhat to do: Ask her",
        ),
        ((404, {"detail": "There is no run orders-1."}), 1, "dayzero list"),
        ((409, {"title": "The run has ended."}), 1, "The run has ended."),
        ((500, "oops"), 1, "500 Internal Server Error"),
        ((200, "<html>"), 1, "did not answer with JSON"),
        ((0, None), 4, "does not answer"),
    ],
)
def test_what_goes_wrong_has_its_exit_code(
    dayzero: Command, agent: Agent, answer: tuple[int, object], code: int, words: str
) -> None:
    agent.answers[f"GET {HERE}"] = [answer]
    result = dayzero("status", RUN)
    assert result.exit_code == code
    assert words in result.stderr
    told = json.loads(dayzero("status", RUN, "--json").stdout)
    assert told["exit"] == code
    assert told["error"]


def test_a_wrong_key_is_not_shown(dayzero: Command) -> None:
    result = dayzero("list", DAYZERO_KEY="a-wrong-secret")
    assert result.exit_code == 3
    assert "a-wrong-secret" not in result.output


def test_an_agent_that_does_not_listen_is_not_reachable(dayzero: Command) -> None:
    assert dayzero("list", DAYZERO_URL="http://127.0.0.1:9").exit_code == 4


@pytest.mark.parametrize("url", ["ftp://x", "agent", "http://agent.example.com", "https://u:p@h", "https://h/?code=x"])
def test_an_address_that_would_leak_or_is_none_is_refused(dayzero: Command, url: str) -> None:
    assert dayzero("list", DAYZERO_URL=url).exit_code == 2


def test_the_address_may_end_in_api(dayzero: Command, agent: Agent) -> None:
    agent.answers[f"GET {HERE}"] = [(200, status())]
    assert dayzero("status", RUN, "--url", f"{agent.url}/api/").exit_code == 0
    assert agent.asked[-1].headers["x-functions-key"] == KEY
