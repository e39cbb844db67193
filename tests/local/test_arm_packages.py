"""Packages: deployments are kept, an earlier one can be put back, a broken one shows no functions."""

import hashlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.local.arm_support import HTTP_FUNCTION, QUEUE_FUNCTION, TIMER_FUNCTION, StandIn, package, until


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with StandIn(tmp_path_factory.mktemp("arm")) as started:
        started.site(GREETING="hello")
        yield started


def deployment(arm: StandIn, number: str) -> Any:
    return arm.http.get(f"/scm/orders-func/api/deployments/{number}").raise_for_status().json()


def test_a_site_without_a_package_answers_404(arm: StandIn) -> None:
    assert httpx.get(f"{arm.site_url}/api/orders", trust_env=False).status_code == 404
    assert arm.functions() == {}


def test_a_deployment_tells_its_status_and_the_packages_hash(arm: StandIn) -> None:
    content = package(HTTP_FUNCTION)
    number = arm.publish(content)
    found = deployment(arm, number)
    assert (found["status"], found["complete"], found["active"]) == (4, True, True)
    assert found["package_sha256"] == hashlib.sha256(content).hexdigest()
    assert deployment(arm, "latest")["id"] == number
    assert arm.web.web_apps.get_deployment("orders", "orders-func", number)["properties"]["status"] == 4
    assert number in [one.name for one in arm.web.web_apps.list_deployments("orders", "orders-func")]


def test_an_earlier_package_can_be_put_back(arm: StandIn) -> None:
    content = package(HTTP_FUNCTION)
    earlier = arm.publish(content)
    later = arm.publish(package(HTTP_FUNCTION, QUEUE_FUNCTION))
    assert set(arm.functions()) == {"orders", "worker"}
    kept = arm.http.get(f"/scm/orders-func/api/deployments/{earlier}/package").raise_for_status().content
    assert kept == content
    arm.http.put(f"/scm/orders-func/api/deployments/{earlier}", json={}).raise_for_status()
    assert set(arm.functions()) == {"orders"}
    assert (deployment(arm, earlier)["active"], deployment(arm, later)["active"]) == (True, False)


def test_a_broken_app_deploys_well_and_shows_no_functions(arm: StandIn) -> None:
    number = arm.publish(package(HTTP_FUNCTION, crash="now"))
    assert deployment(arm, number)["status"] == 4
    assert arm.functions() == {}
    assert httpx.get(f"{arm.site_url}/api/env?name=A", trust_env=False).status_code == 503
    arm.publish(package(HTTP_FUNCTION))
    assert set(arm.functions()) == {"orders"}


def test_what_is_no_zip_fails_and_leaves_the_current_package(arm: StandIn) -> None:
    good = arm.publish(package(HTTP_FUNCTION))
    bad = arm.publish(b"not a zip")
    assert deployment(arm, bad)["status"] == 3
    assert deployment(arm, good)["active"] is True
    assert set(arm.functions()) == {"orders"}


def test_the_scm_site_wants_a_token_and_an_existing_site(arm: StandIn) -> None:
    assert arm.http.post("/scm/orders-func/api/publish", content=b"", headers={"Authorization": ""}).status_code == 401
    assert arm.http.post("/scm/nobody/api/publish", content=b"").status_code == 404
    assert arm.http.get("/scm/orders-func/api/deployments/nothing").status_code == 404


def test_a_restarted_stand_in_brings_its_sites_back(arm: StandIn) -> None:
    number = arm.publish(package(HTTP_FUNCTION, TIMER_FUNCTION))
    until(lambda: arm.setting_seen("GREETING"))
    arm.stop()
    arm.start()
    assert set(arm.functions()) == {"orders", "nightly"}
    assert arm.setting_seen("GREETING") == "hello"
    assert deployment(arm, number)["active"] is True
