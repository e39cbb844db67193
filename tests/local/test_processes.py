"""Child processes end with what they started, whatever happens to their parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from local.processes import ROOT, Child, StartFailed, clean_environment, free_port, free_ports

SERVER = """
import sys
from http.server import HTTPServer, SimpleHTTPRequestHandler
HTTPServer(("127.0.0.1", int(sys.argv[1])), SimpleHTTPRequestHandler).serve_forever()
"""
GRANDPARENT = "import subprocess,sys,time; subprocess.Popen(['sleep', '600']); time.sleep(600)"
STUBBORN = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
PARENT = """
import sys, time
from pathlib import Path
from local.processes import Child, clean_environment
child = Child("c", [sys.executable, "-c", sys.argv[2]], env=clean_environment(), log=Path(sys.argv[1])).start()
while len(child.pids()) < 2: time.sleep(0.02)
print(*child.pids(), child._guard.pid, flush=True)
time.sleep(600)
"""


def child(tmp_path: Path, code: str, *arguments: str) -> Child:
    return Child("sample", [sys.executable, "-c", code, *arguments], env=clean_environment(), log=tmp_path / "log")


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_healthy_child_is_waited_for_and_owns_its_port(tmp_path: Path) -> None:
    port = free_port()
    with child(tmp_path, SERVER, str(port)) as server:
        server.wait_until(f"http://127.0.0.1:{port}/")
        assert server.alive
        assert server.listens_on(port)
        assert not server.listens_on(port + 1)
    assert not server.alive


def test_a_child_that_ends_while_starting_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    with pytest.raises(StartFailed, match="no such luck"), child(tmp_path, "raise SystemExit('no such luck')") as failing:
        failing.wait_until(f"http://127.0.0.1:{free_port()}/")


def test_a_child_that_never_answers_is_reported_after_the_timeout(tmp_path: Path) -> None:
    with pytest.raises(StartFailed, match="did not answer"), child(tmp_path, GRANDPARENT) as mute:
        mute.wait_until(f"http://127.0.0.1:{free_port()}/", timeout=0.3)


@pytest.mark.parametrize("end", [Child.stop, Child.kill])
def test_the_end_takes_grandchildren_along(tmp_path: Path, end: Callable[[Child], None]) -> None:
    parent = child(tmp_path, GRANDPARENT).start()
    wait_for(lambda: len(parent.pids()) == 2)
    pids = parent.pids()
    end(parent)
    wait_for(lambda: not any(psutil.pid_exists(pid) for pid in pids))


def test_stop_insists_when_a_child_ignores_sigterm(tmp_path: Path) -> None:
    stubborn = child(tmp_path, STUBBORN).start()
    wait_for(lambda: "ready" in stubborn.tail())
    pids = stubborn.pids()
    stubborn.stop()
    assert not any(psutil.pid_exists(pid) for pid in pids)


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_a_parent_that_is_killed(tmp_path: Path, blow: signal.Signals) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "log"), GRANDPARENT]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 3
        os.kill(parent.pid, blow)
    wait_for(lambda: not any(psutil.pid_exists(pid) for pid in pids))


def test_ports_differ_and_stay_out_of_the_range_of_outgoing_connections() -> None:
    ports = free_ports(50)
    assert len(set(ports)) == 50
    assert max(ports) < 32_000


def test_the_environment_of_a_child_holds_no_credentials_of_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of a person")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "of a person")
    assert "of a person" not in clean_environment().values()


@pytest.mark.parametrize("delay", [0.01 * step for step in range(12)])
def test_stopping_while_it_starts_leaves_nothing(tmp_path: Path, delay: float) -> None:
    mark = f"600.{time.time_ns()}"  # a command line that nobody else has
    starting = Child("sample", ["sleep", mark], env=clean_environment(), log=tmp_path / "log").start()
    time.sleep(delay)
    starting.stop()
    assert [one.pid for one in psutil.process_iter(["cmdline"]) if mark in (one.info["cmdline"] or [])] == []
