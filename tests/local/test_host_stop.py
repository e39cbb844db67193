"""How the local host stops: SIGTERM lets what is in flight end; and what its own endpoints say of it."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.local.hosting import eventually, running_host


def test_sigterm_lets_requests_in_flight_end_and_exits_with_0(tmp_path: Path) -> None:
    with running_host("web", tmp_path) as host, ThreadPoolExecutor(4) as callers:
        answers = [callers.submit(host.call, "GET", "/v1/slow/1", key=None) for _ in range(4)]
        eventually(lambda: host.log.count("Executing 'Functions.slow'") == 4)
        os.kill(host.child.pids()[0], signal.SIGTERM)
        assert [answer.result().text for answer in answers] == ["done"] * 4
        eventually(lambda: not host.child.alive)
        assert host.child._guard is not None
        assert host.child._guard.returncode == 0


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
