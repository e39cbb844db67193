"""Sites, packages and functions through the real azure-mgmt-web, with effect on a running process."""

import os
import signal
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from azure.core.exceptions import ResourceNotFoundError

from tests.local.arm_support import HTTP_FUNCTION, QUEUE_FUNCTION, StandIn, package, until


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with StandIn(tmp_path_factory.mktemp("arm")) as started:
        yield started


@pytest.fixture
def deployed(arm: StandIn) -> StandIn:
    arm.site(GREETING="hello")
    arm.publish(package(HTTP_FUNCTION, QUEUE_FUNCTION))
    until(lambda: arm.setting_seen("GREETING"))
    return arm


def test_a_site_is_created_listed_and_deleted(arm: StandIn) -> None:
    arm.site("second")
    site = arm.web.web_apps.get("orders", "second")
    assert site.properties is not None
    assert site.properties.state == "Running"
    assert site.properties.default_host_name == "second.azurewebsites.net"
    assert site.identity is not None and site.identity.principal_id
    assert "second" in [one.name for one in arm.web.web_apps.list_by_resource_group("orders")]
    arm.web.web_apps.delete("orders", "second")
    with pytest.raises(ResourceNotFoundError) as refused:
        arm.web.web_apps.get("orders", "second")
    assert refused.value.error is not None and refused.value.error.code == "ResourceNotFound"


def test_a_package_runs_with_the_app_settings_as_its_environment(deployed: StandIn) -> None:
    assert deployed.setting_seen("GREETING") == "hello"
    assert deployed.setting_seen("WEBSITE_SITE_NAME") == "orders-func"
    functions = deployed.functions()
    assert set(functions) == {"orders", "worker"}
    assert functions["worker"].properties.config["bindings"][0]["queueName"] == "orders"
    assert functions["worker"].properties.is_disabled is False


def test_updating_the_settings_replaces_all_and_reaches_the_process(deployed: StandIn) -> None:
    apps = deployed.web.web_apps
    apps.update_application_settings("orders", "orders-func", {"properties": {"AzureWebJobs.worker.Disabled": "1"}})
    assert deployed.functions()["worker"].properties.is_disabled is True
    assert apps.list_application_settings("orders", "orders-func").properties == {"AzureWebJobs.worker.Disabled": "1"}
    assert deployed.setting_seen("GREETING") is None


def _round_is(arm: StandIn, number: str) -> bool:
    return bool(arm.setting_seen("ROUND") == number)


def test_no_request_fails_while_settings_change(deployed: StandIn) -> None:
    statuses: list[int] = []
    done = threading.Event()

    def knock() -> None:
        with httpx.Client(base_url=deployed.site_url, trust_env=False, timeout=30) as client:
            while not done.is_set():
                statuses.append(client.get("/api/env", params={"name": "ROUND"}).status_code)

    slow: list[int] = []
    waiting = threading.Thread(
        target=lambda: slow.append(httpx.get(f"{deployed.site_url}/api/slow?seconds=1.5", trust_env=False).status_code)
    )
    waiting.start()
    knocking = threading.Thread(target=knock)
    knocking.start()
    for number in range(3):
        deployed.web.web_apps.update_application_settings("orders", "orders-func", {"properties": {"ROUND": str(number)}})
        until(partial(_round_is, deployed, str(number)))
    done.set()
    knocking.join()
    waiting.join()
    assert slow == [200]
    assert len(statuses) > 10 and set(statuses) == {200}


def test_a_stopped_site_answers_403_until_it_is_started(deployed: StandIn) -> None:
    deployed.web.web_apps.stop("orders", "orders-func")
    assert deployed.web.web_apps.get("orders", "orders-func")["properties"]["state"] == "Stopped"
    answer = httpx.get(f"{deployed.site_url}/api/env?name=A", trust_env=False)
    assert (answer.status_code, "stopped" in answer.text) == (403, True)
    assert set(deployed.functions()) == {"orders", "worker"}
    deployed.web.web_apps.start("orders", "orders-func")
    assert until(lambda: deployed.setting_seen("GREETING")) == "hello"


def test_a_restart_brings_a_new_process(deployed: StandIn) -> None:
    def pid() -> int:
        return int(httpx.get(f"{deployed.site_url}/api/env?name=A", trust_env=False, timeout=30).json()["pid"])

    before = pid()
    deployed.web.web_apps.restart("orders", "orders-func")
    until(lambda: pid() != before)


def test_keys_come_from_the_host(deployed: StandIn) -> None:
    keys = deployed.web.web_apps.list_host_keys("orders", "orders-func")
    assert keys.master_key == "master-key-of-the-test"
    assert keys.function_keys == {"default": "host-key-of-the-test"}
    found = deployed.web.web_apps.list_function_keys("orders", "orders-func", "orders")
    assert found.properties == {"default": "function-key-of-the-test"}
    secrets = deployed.web.web_apps.list_function_secrets("orders", "orders-func", "orders")
    assert secrets.key == "function-key-of-the-test"


def test_triggers_are_synced_only_while_the_host_runs(deployed: StandIn) -> None:
    deployed.web.web_apps.sync_function_triggers("orders", "orders-func")
    deployed.web.web_apps.sync_functions("orders", "orders-func")
    deployed.web.web_apps.stop("orders", "orders-func")
    with pytest.raises(Exception, match="ServiceUnavailable"):
        deployed.web.web_apps.sync_function_triggers("orders", "orders-func")
    deployed.web.web_apps.start("orders", "orders-func")


def test_bodies_and_the_host_header_pass_unchanged(deployed: StandIn) -> None:
    answer = httpx.post(f"{deployed.site_url}/api/orders", content=b"x" * 3_000_000, trust_env=False)
    assert answer.json() == {"bytes": 3_000_000, "host": f"127.0.0.1:{deployed.site_port}"}


def test_function_keys_can_be_set_and_outlive_a_change_of_settings(deployed: StandIn) -> None:
    apps = deployed.web.web_apps
    made: Any = {"properties": {"value": "chosen"}}
    apps.create_or_update_function_secret("orders", "orders-func", "worker", "caller", made)
    apps.update_application_settings("orders", "orders-func", {"properties": {"GREETING": "again"}})
    found = apps.list_function_keys("orders", "orders-func", "worker")["properties"]
    assert found["caller"] == "chosen" and found["default"]
    apps.delete_function_secret("orders", "orders-func", "worker", "caller")
    assert "caller" not in apps.list_function_keys("orders", "orders-func", "worker")["properties"]


def test_a_process_that_dies_is_started_again(deployed: StandIn) -> None:
    def pid() -> int | None:
        answer = httpx.get(f"{deployed.site_url}/api/env?name=A", trust_env=False, timeout=30)
        return int(answer.json()["pid"]) if answer.status_code == 200 else None

    first = pid()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: pid() not in {None, first})
