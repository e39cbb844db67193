"""Who runs beside whom while a site's process is exchanged."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.local.arm_support import HTTP_FUNCTION, TIMER_FUNCTION, StandIn, package, until

ORCHESTRATOR: dict[str, Any] = {"name": "flow", "config": {"bindings": [{"type": "orchestrationTrigger", "name": "context"}]}}


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with StandIn(tmp_path_factory.mktemp("arm")) as started:
        started.site(ROUND="0")
        yield started


def place(arm: StandIn) -> Path:
    return (arm.folder / "data" / "sites" / "orders-func" / "host").resolve()


def longest_wait_while_settings_change(arm: StandIn, number: str) -> float:
    """Seconds that the slowest of the requests took during a change of settings; all must be answered well."""
    done, waits = threading.Event(), [0.0]

    def knock() -> None:
        while not done.is_set():
            began = time.monotonic()
            answer = httpx.get(f"{arm.site_url}/api/env?name=ROUND", trust_env=False, timeout=30)
            waits.append(time.monotonic() - began if answer.status_code == 200 else float("inf"))

    knocking = threading.Thread(target=knock)
    knocking.start()
    arm.web.web_apps.update_application_settings("orders", "orders-func", {"properties": {"ROUND": number, "HOST_DELAY": "1"}})
    arm.functions()
    done.set()
    knocking.join()
    assert arm.setting_seen("ROUND") == number
    return max(waits)


def test_the_successor_starts_beside_a_predecessor_that_takes_no_more_triggers(arm: StandIn) -> None:
    arm.publish(package(HTTP_FUNCTION, TIMER_FUNCTION))
    until(lambda: arm.setting_seen("ROUND"))
    arm.functions()
    before = place(arm)
    assert longest_wait_while_settings_change(arm, "1") < 1.0
    after = place(arm)
    assert after != before
    assert (after / "drained").exists(), "the predecessor was drained before its folder was copied"
    assert not before.exists()


def test_durable_apps_never_run_twice_and_requests_wait_instead(arm: StandIn) -> None:
    arm.publish(package(HTTP_FUNCTION, ORCHESTRATOR))
    arm.functions()
    before = place(arm)
    assert 0.8 < longest_wait_while_settings_change(arm, "2") < 30
    assert place(arm) == before


def test_a_stopped_stand_in_leaves_no_process(arm: StandIn) -> None:
    assert httpx.get(f"{arm.site_url}/api/env?name=A", trust_env=False).status_code == 200
    pid = httpx.get(f"{arm.site_url}/api/env?name=A", trust_env=False).json()["pid"]
    arm.stop()
    assert not Path(f"/proc/{pid}").exists()
    arm.start()
