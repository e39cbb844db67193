"""The edge follows the weighted records as resolvers do, and forwards without loss."""

import base64
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from local.ministack import REGION, health_url, ministack
from local.processes import ROOT, Child, clean_environment, free_port
from tests.local.edge_origin import Origin

TTL = 2
AWS_HOST, AZURE_HOST = "abc123.execute-api.eu-west-1.amazonaws.com", "orders-func.azurewebsites.net"


class Zone:
    """A hosted zone in MiniStack; each test has its own domain in it."""

    def __init__(self, url: str) -> None:
        self.environment = {
            "AWS_ENDPOINT_URL": url, "AWS_DEFAULT_REGION": REGION, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        }  # fmt: skip
        self.client = boto3.client(
            "route53", endpoint_url=url, region_name=REGION, aws_access_key_id="t", aws_secret_access_key="t"
        )
        self.zone = self.client.create_hosted_zone(Name="example.com.", CallerReference="1")["HostedZone"]["Id"]

    def weigh(self, domain: str, aws: int, azure: int, ttl: int = TTL) -> None:
        values = (("aws", AWS_HOST, aws), ("azure", AZURE_HOST, azure))
        self.client.change_resource_record_sets(
            HostedZoneId=self.zone,
            ChangeBatch={
                "Changes": [
                    {
                        "Action": "UPSERT",
                        "ResourceRecordSet": {
                            "Name": domain, "Type": "CNAME", "SetIdentifier": name, "Weight": weight, "TTL": ttl,
                            "ResourceRecords": [{"Value": value}],
                        },
                    }
                    for name, value, weight in values
                ]
            },
        )  # fmt: skip


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zone]:
    port = free_port()
    with ministack(tmp_path_factory.mktemp("aws"), port) as aws:
        aws.wait_until(health_url(port))
        yield Zone(f"http://127.0.0.1:{port}")


@pytest.fixture
def aws() -> Iterator[Origin]:
    with Origin() as origin:
        yield origin


@pytest.fixture
def azure() -> Iterator[Origin]:
    with Origin() as origin:
        yield origin


@pytest.fixture
def domain(request: pytest.FixtureRequest) -> str:
    return f"{abs(hash(request.node.name))}.example.com"


@pytest.fixture
def edge(zone: Zone, domain: str, aws: Origin, azure: Origin, tmp_path: Path) -> Iterator[httpx.Client]:
    port = free_port()
    command = [sys.executable, "-m", "local.edge", "--listen", str(port), "--domain", domain, "--seed", "7", "--timeout", "1"]
    command += ["--origin", f"{AWS_HOST}={aws.url}", "--origin", f"{AZURE_HOST}={azure.url}"]
    url = f"http://127.0.0.1:{port}"
    child = Child("edge", command, env=clean_environment() | zone.environment, log=tmp_path / "edge.log", cwd=ROOT)
    zone.weigh(domain, 100, 0)
    with child, httpx.Client(base_url=url, timeout=10, trust_env=False) as client:
        child.wait_until(f"{url}/-/edge/stats")
        yield client


def served(edge: httpx.Client, count: int) -> Counter[str]:
    return Counter(edge.get("/orders").headers["x-served-by"] for _ in range(count))


def wait_until_served_by(edge: httpx.Client, only: set[str]) -> None:
    deadline = time.monotonic() + 3 * TTL
    while set(served(edge, 20)) != only:
        assert time.monotonic() < deadline


def test_weight_zero_gets_nothing_and_a_change_counts_once_the_ttl_has_run_out(
    edge: httpx.Client, zone: Zone, domain: str
) -> None:
    assert served(edge, 50) == {"aws": 50}
    wait_until_read(edge)
    zone.weigh(domain, 0, 100)
    assert served(edge, 20) == {"aws": 20}  # cached still
    wait_until_served_by(edge, {"azure"})
    assert served(edge, 50) == {"azure": 50}
    assert read_age(edge) <= TTL


def read_age(edge: httpx.Client) -> float:
    return float(edge.get("/-/edge/stats").json()["records_age_seconds"])


def wait_until_read(edge: httpx.Client) -> None:
    """Return when the edge has just read the records, so that what follows fits into one TTL."""
    deadline = time.monotonic() + 2 * TTL
    while read_age(edge) > TTL / 4:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(("weights", "least", "most"), [((75, 25), 20, 80), ((0, 0), 60, 140)], ids=["3 to 1", "all zero"])
def test_requests_spread_by_weight(
    edge: httpx.Client, zone: Zone, domain: str, weights: tuple[int, int], least: int, most: int
) -> None:
    zone.weigh(domain, *weights)
    wait_until_served_by(edge, {"aws", "azure"})
    assert least < served(edge, 200)["azure"] < most


def test_a_request_arrives_unchanged(edge: httpx.Client, aws: Origin) -> None:
    body = bytes(range(256)) * 300
    sent = edge.post("/orders/a%2Fb/%C3%A9?x=1&y=a+b&x=%20", content=body, headers={"X-One": "1", "Content-Type": "image/png"})
    told: dict[str, Any] = sent.json()
    assert (sent.status_code, told["method"], told["path"]) == (201, "POST", "/base/orders/a%2Fb/%C3%A9?x=1&y=a+b&x=%20")
    assert base64.b64decode(told["body"]) == body
    headers = dict(told["headers"])
    assert (headers["x-one"], headers["content-type"], headers["host"]) == ("1", "image/png", f"127.0.0.1:{aws.port}")
    assert headers["x-forwarded-host"] == f"{edge.base_url.host}:{edge.base_url.port}"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_an_answer_arrives_unchanged(edge: httpx.Client, method: str) -> None:
    answer = edge.request(method, "/moved")
    assert (answer.status_code, answer.headers["location"], answer.headers["x-own"]) == (302, "/elsewhere", "yes")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert answer.json()["method"] == method


def test_compressed_bytes_and_the_length_for_head_are_left_alone(edge: httpx.Client) -> None:
    with edge.stream("GET", "/binary") as answer:
        assert b"".join(answer.iter_raw()) == b"\x1f\x8b\x00\xff binary"
    head = edge.head("/orders")
    assert int(head.headers["content-length"]) > 0
    assert edge.get("/orders").json()["headers"] != []


def test_cookies_of_one_client_do_not_reach_another(edge: httpx.Client) -> None:
    edge.get("/orders")
    assert "cookie" not in dict(httpx.get(f"{edge.base_url}/orders", trust_env=False).json()["headers"])


def test_an_origin_that_refuses_breaks_or_dawdles_is_named_in_the_answer(edge: httpx.Client, aws: Origin) -> None:
    for path, status in (("/slow", 504), ("/break", 502)):
        answer = edge.post(path)
        assert (answer.status_code, answer.json()["origin"], answer.headers["x-served-by"]) == (status, AWS_HOST, "aws")
    aws.stop()
    assert "refused" in edge.post("/orders").json()["detail"]
    assert edge.get("/-/edge/stats").json()["served"]["aws"]["failed_at_edge"] == 3


def test_connections_closed_by_an_origin_are_no_errors_of_clients(edge: httpx.Client, aws: Origin) -> None:
    assert edge.get("/orders").status_code == 201
    assert [edge.get("/stale").status_code for _ in range(4)] == [201] * 4
    aws.stop()
    with Origin(aws.port):
        assert [edge.request(method, "/orders").status_code for method in ("GET", "POST", "PUT", "POST")] == [201] * 4


def test_a_request_that_may_have_been_processed_is_not_sent_again(edge: httpx.Client, aws: Origin) -> None:
    edge.get("/orders")
    assert edge.post("/break").status_code == 502
    assert aws.received.count("POST /base/break") == 1
    assert edge.post("/stale").status_code == 201


def test_statistics_count_per_record(edge: httpx.Client) -> None:
    before = time.time()
    served(edge, 5)
    told = edge.get("/-/edge/stats").json()
    assert [(one["identifier"], one["weight"]) for one in told["records"]] == [("aws", 100), ("azure", 0)]
    counted = told["served"]["aws"]
    assert (counted["requests"], counted["answers"]) == (5, {"2xx": 5})
    assert before <= counted["last_request"] <= counted["last_answer"] <= time.time()
    assert "azure" not in told["served"]


def test_without_records_the_answer_says_so(zone: Zone, tmp_path: Path) -> None:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "local.edge",
        "--listen",
        str(port),
        "--domain",
        "x.nowhere.test",
        "--origin",
        "a=http://b",
    ]
    with Child("edge", command, env=clean_environment() | zone.environment, log=tmp_path / "log", cwd=ROOT) as child:
        child.wait_until(f"http://127.0.0.1:{port}/-/edge/stats")
        answer = httpx.get(f"http://127.0.0.1:{port}/orders", trust_env=False)
    assert (answer.status_code, "no hosted zone" in answer.json()["detail"]) == (503, True)
