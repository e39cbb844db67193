"""A site's faults: a test asks for errors or slow answers, and takes them back."""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.local.arm_support import HTTP_FUNCTION, StandIn, package, until


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with StandIn(tmp_path_factory.mktemp("arm")) as started:
        started.site(ROUND="0")
        started.publish(package(HTTP_FUNCTION))
        until(lambda: started.setting_seen("ROUND"))
        yield started


def pull(arm: StandIn, site: str = "orders-func", **fault: object) -> int:
    return arm.http.put(f"/_standin/sites/{site}/fault", json=fault).status_code


def asked(arm: StandIn) -> tuple[int, float]:
    began = time.monotonic()
    answer = httpx.get(f"{arm.site_url}/api/env?name=ROUND", trust_env=False, timeout=30)
    return answer.status_code, time.monotonic() - began


def test_a_site_errs_for_as_long_as_it_is_told_to(arm: StandIn) -> None:
    assert asked(arm)[0] == 200
    assert pull(arm, kind="errors") == 200
    assert [asked(arm)[0] for _ in range(5)] == [500] * 5
    assert pull(arm, kind="errors", share=0.5) == 200
    assert {asked(arm)[0] for _ in range(40)} == {200, 500}
    assert pull(arm, kind="none") == 200
    assert [asked(arm)[0] for _ in range(5)] == [200] * 5


def test_a_site_takes_longer_and_answers_well(arm: StandIn) -> None:
    assert pull(arm, kind="latency", seconds=0.7) == 200
    status, seconds = asked(arm)
    assert (status, seconds > 0.7) == (200, True)
    assert pull(arm, kind="none") == 200


def test_an_unknown_fault_or_site_is_refused(arm: StandIn) -> None:
    assert pull(arm, kind="fire") == 400
    assert pull(arm, site="nobody", kind="errors") == 404
