"""Watching: lines for changes, a live table in a terminal, approvals in advance, leaving without ending the migration."""

import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from cli.changes import Changes
from cli.main import app
from cli.table import run_table
from tests.cli.agent import KEY, RUN, Agent, at_gate, status
from tests.cli.conftest import Command

ROOT = Path(__file__).resolve().parents[2]
HERE = f"/api/migrations/{RUN}"
WATCH = ("status", RUN, "--watch", "--interval", "0.05")


def progressed(done: int) -> dict[str, object]:
    document = status()
    document["steps"][1]["progress"]["done"] = done
    return document


def test_only_what_changed_is_told(dayzero: Command, agent: Agent) -> None:
    waiting = at_gate("cutover") | {"steps": progressed(57)["steps"]}
    agent.answers[f"GET {HERE}"] = [
        (200, status()), (200, status()), (200, progressed(12)), (200, progressed(57)), (200, waiting), (200, waiting),
        (200, waiting | {"state": "migrated", "weight": 100, "waiting_for": None}),
    ]  # fmt: skip
    result = dayzero(*WATCH)
    assert result.exit_code == 0
    told = [line.split(" ", 1)[1] for line in result.output.splitlines()]
    assert told == [
        "step 1 snapshot_source: done (in 1.5 s)",
        "step 2 copy_state: running",
        "step 2 copy_state: 10 of 100 entities (10 %)",
        f"run {RUN}: running (Copy)",
        "0 % of clients on Azure",
        "step 2 copy_state: 57 of 100 entities (57 %)",
        f"run {RUN}: waiting (Copy)",
        f"waiting for approval of cutover (by Lena Lead, dayzero approve {RUN} cutover)",
        f"run {RUN}: migrated (Copy)",
        "100 % of clients on Azure",
    ]


@pytest.mark.parametrize(("state", "code"), [("migrated", 0), ("failed-back", 5), ("needs-operator", 5), ("aborted", 5)])
def test_the_end_of_the_run_is_the_exit_code(dayzero: Command, agent: Agent, state: str, code: int) -> None:
    agent.answers[f"GET {HERE}"] = [(200, status(state))]
    assert dayzero(*WATCH).exit_code == code
    assert json.loads(dayzero(*WATCH, "--json").stdout)["state"] == state


def test_json_is_one_document_a_line_for_each_change(dayzero: Command, agent: Agent) -> None:
    agent.answers[f"GET {HERE}"] = [(200, status()), (200, status()), (200, status("migrated"))]
    lines = dayzero(*WATCH, "--json").stdout.splitlines()
    assert [json.loads(line)["state"] for line in lines] == ["running", "migrated"]


def test_an_answer_that_fails_to_come_is_waited_for(dayzero: Command, agent: Agent) -> None:
    agent.answers[f"GET {HERE}"] = [(200, status()), (0, None), (503, "restarting"), (200, status("migrated"))]
    assert dayzero(*WATCH).exit_code == 0
    agent.answers[f"GET {HERE}"] = [(200, status()), (0, None)]
    assert dayzero(*WATCH, "--patience", "0.2").exit_code == 4


def test_start_watches_and_approves_each_gate_once_as_the_named_person(dayzero: Command, agent: Agent, plan_file: str) -> None:
    agent.answers["POST /api/migrations"] = [(202, {"run": RUN})]
    agent.answers[f"GET {HERE}"] = [
        (200, at_gate("open-window")), (200, at_gate("open-window")), (200, at_gate("finalize")), (200, status("migrated")),
    ]  # fmt: skip
    for gate in ("open-window", "finalize"):
        agent.answers[f"POST {HERE}/approvals/{gate}"] = [(202, {})]
    result = dayzero("start", plan_file, "--yes", "all", "--yes", "finalize=Petra Product", "--interval", "0.05")
    assert result.exit_code == 0
    [opened] = agent.requests(f"POST {HERE}/approvals/open-window")
    [final] = agent.requests(f"POST {HERE}/approvals/finalize")
    assert (opened.body["by"], final.body["by"]) == ("Lena Lead", "Petra Product")
    assert opened.body["runbook_hash"] == "r" * 64
    assert "--yes" in opened.body["reason"]


def test_a_gate_without_yes_is_left_to_people(dayzero: Command, agent: Agent, plan_file: str) -> None:
    agent.answers["POST /api/migrations"] = [(202, {"run": RUN})]
    agent.answers[f"GET {HERE}"] = [(200, at_gate("cutover")), (200, status("aborted"))]
    assert dayzero("start", plan_file, "--yes", "open-window", "--interval", "0.05").exit_code == 5
    assert agent.requests(f"POST {HERE}/approvals/cutover") == []


def test_an_advance_approval_that_comes_too_late_is_told_and_one_that_is_not_allowed_ends(
    dayzero: Command, agent: Agent, plan_file: str
) -> None:
    agent.answers["POST /api/migrations"] = [(202, {"run": RUN})]
    agent.answers[f"POST {HERE}/approvals/cutover"] = [(409, {"detail": "The gate is closed."}), (403, {"detail": "Not you."})]
    for code, words in ((0, "The gate is closed."), (3, "Not you.")):
        agent.answers[f"GET {HERE}"] = [(200, at_gate("cutover")), (200, status("migrated"))]
        result = dayzero("start", plan_file, "--yes", "cutover", "--interval", "0.05")
        assert (result.exit_code, words in result.stderr) == (code, True)


def test_errors_window_and_leftovers_are_told() -> None:
    left = [{"step": "prepare_dns", "error": {"code": "denied", "message": "denied", "mend": "Grant it."}}]
    broken = status(
        "needs-operator",
        leftovers=left,
        window={"used_percent": 103},
    )
    broken["steps"][1] |= {"state": "failed", "error": {"code": "Denied", "message": "no access", "mend": "Grant it"}}
    told = Changes().lines(broken)
    assert "step 2 copy_state: failed (Denied: no access Grant it)" in told
    assert "100 % of the window is used" in told
    assert "left over: prepare_dns (denied)" in told


def environment(agent: Agent) -> dict[str, str]:
    return {
        **os.environ,
        "DAYZERO_URL": agent.url,
        "DAYZERO_KEY": KEY,
        "PYTHONUNBUFFERED": "1",
        "TERM": "xterm",
        "COLUMNS": "150",
    }


def wait_for_requests(agent: Agent, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(agent.requests(f"GET {HERE}")) < count:
        assert time.monotonic() < deadline, "the command does not look at the run"
        time.sleep(0.02)


def test_control_c_leaves_the_migration_running(agent: Agent) -> None:
    agent.answers[f"GET {HERE}"] = [(200, status())]
    command = [sys.executable, "-m", "cli", *WATCH]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(agent), stdout=-1, stderr=-1, text=True, start_new_session=True
    ) as child:
        wait_for_requests(agent, 2)
        child.send_signal(signal.SIGINT)
        _, told = child.communicate(timeout=30)
    assert child.returncode == 0
    assert told == f"The migration goes on. Come back with: dayzero status {RUN} --watch\n"
    assert {asked.method for asked in agent.asked} == {"GET"}


def test_a_terminal_gets_a_live_table(agent: Agent) -> None:
    agent.answers[f"GET {HERE}"] = [(200, status()), (200, progressed(57)), (200, status("migrated"))]
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "cli", *WATCH], cwd=ROOT, env=environment(agent), stdout=slave, stderr=slave
    ) as child:
        os.close(slave)
        shown = b""
        while part := read(master):
            shown += part
    os.close(master)
    assert child.returncode == 0
    text = shown.decode()
    assert "\x1b[" in text
    for words in ("snapshot_source", "57 of 100 entities (57 %)", "migrated"):
        assert words in text


def test_a_low_terminal_sees_the_steps_at_work() -> None:
    steps = [{"seq": n, "name": f"step_{n}", "state": "done" if n < 20 else "planned"} for n in range(1, 31)]
    steps[19]["state"] = "running"
    screen = Console(width=100, record=True, file=io.StringIO())
    screen.print(run_table(status(steps=steps), rows=6))
    shown = screen.export_text()
    assert [f"step_{n}" in shown for n in (18, 20, 23, 24)] == [True, True, True, False]
    assert "17 before" in shown
    assert "7 after" in shown


def read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # how Linux reports the end of a terminal
        return b""


def test_the_script_in_the_checkout_is_the_command(agent: Agent, tmp_path: Path) -> None:
    agent.answers["GET /api/migrations"] = [(200, {"migrations": [], "next": None})]
    result = subprocess.run(
        [ROOT / "dayzero", "list"], cwd=tmp_path, env=environment(agent), capture_output=True, text=True, check=False
    )
    assert (result.returncode, "No run yet" in result.stdout) == (0, True), result.stderr


@pytest.mark.parametrize(
    ("typed", "decision"),
    [
        ("y\n", {"decision": "approve", "by": "Lena Lead", "reason": ""}),
        ("n\nnot tonight\n", {"decision": "reject", "by": "Lena Lead", "reason": "not tonight"}),
    ],
)
def test_ask_decides_here_once(agent: Agent, typed: str, decision: dict[str, str]) -> None:
    agent.answers[f"GET {HERE}"] = [(200, at_gate("cutover")), (200, at_gate("cutover")), (200, status("migrated"))]
    agent.answers[f"POST {HERE}/approvals/cutover"] = [(202, {})]
    settings = {"DAYZERO_URL": agent.url, "DAYZERO_KEY": KEY, "DAYZERO_BY": "Lena Lead"}
    result = CliRunner().invoke(app, ["status", RUN, "--ask", "--interval", "0.05"], env=settings, input=typed)
    assert result.exit_code == 0
    assert "cutover: approve as Lena Lead?" in result.output
    posted = [asked.body for asked in agent.asked if asked.method == "POST"]
    assert posted == [decision | {"runbook_hash": "r" * 64}]
