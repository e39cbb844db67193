"""How the local host stops: SIGTERM lets what is in flight end; and what its own endpoints say of it."""

import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from local.processes import ROOT, free_port
from tests.local.hosting import APPS, PYTHON, eventually, running_host


def test_sigterm_lets_requests_in_flight_end_and_exits_with_0(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [str(PYTHON), "-m", "local.host", "--app", str(APPS / "web"), "--port", str(port), "--data", str(tmp_path)]
    with (tmp_path / "log").open("w") as log, subprocess.Popen(command, cwd=ROOT, stderr=log) as process:
        try:
            eventually(lambda: answers(f"{url}/v1/items/1"))
            with ThreadPoolExecutor(4) as callers:
                slow = [callers.submit(httpx.get, f"{url}/v1/slow/1", trust_env=False) for _ in range(4)]
                eventually(lambda: (tmp_path / "log").read_text().count("Executing 'Functions.slow'") == 4)
                process.terminate()
                assert [answer.result().text for answer in slow] == ["done"] * 4
            assert process.wait(10) == 0
        finally:
            process.kill()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def test_sigterm_lets_an_activity_end_and_its_result_is_kept(tmp_path: Path) -> None:
    with running_host("durable", tmp_path) as host:
        links = host.begin("slow_once", {"n": 1, "seconds": 1.5})
        eventually(lambda: host.noted() == ["begin 1"])
        host.child.stop()
        assert host.noted() == ["begin 1", "end 1"]
        host.start()
        assert host.ended(links)["output"] == 1
        assert host.noted() == ["begin 1", "end 1"]


def test_sigterm_does_not_wait_for_ever(tmp_path: Path) -> None:
    with running_host("durable", tmp_path) as host:
        host.begin("slow_once", {"n": 1, "seconds": 60})
        eventually(lambda: host.noted() == ["begin 1"])
        pid, began = host.child.pids()[0], time.monotonic()
        os.kill(pid, signal.SIGTERM)
        eventually(lambda: not host.child.alive, within=12)
        assert 4 < time.monotonic() - began < 12


def test_host_status_and_functions_want_the_master_key(tmp_path: Path) -> None:
    with running_host("web", tmp_path) as host:
        for path in ("/admin/host/status", "/admin/functions", "/admin/functions/echo"):
            assert host.call("GET", path, key=None).status_code == 401
            assert host.call("GET", path, key="default").status_code == 401
        assert host.call("GET", "/admin/host/status").json()["state"] == "Running"
        listed = {it["name"]: it for it in host.call("GET", "/admin/functions").json()}
        assert listed["echo"]["invoke_url_template"] == f"{host.url}/v1/echo/{{id:int}}/{{*rest}}"
        bindings = {it["type"]: it for it in host.call("GET", "/admin/functions/guarded").json()["config"]["bindings"]}
        assert bindings["httpTrigger"]["authLevel"] == "FUNCTION"
        assert bindings["http"]["direction"] == "OUT"
        assert host.call("GET", "/admin/functions/no-such").status_code == 404
        assert host.call("POST", "/admin/functions/echo", json={"input": ""}).status_code == 400
