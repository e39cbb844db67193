"""Deployment, package and existing state of the sample."""

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from examples.orders import package
from examples.orders.deploy import deploy
from examples.orders.seed import seed
from local.traffic import Traffic
from tests.examples.order_sides import Side


def items() -> list[dict[str, Any]]:
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName="orders")
    return [item for page in pages for item in page["Items"]]


def test_deploying_again_changes_nothing_but_what_is_asked(sides: dict[str, Side]) -> None:
    first = deploy()
    assert deploy() == first
    assert f"/{first['api_id']}/" in sides["aws"].url
    deploy(ttl=5, azure_host="other.azurewebsites.net")
    records = boto3.client("route53").list_resource_record_sets(HostedZoneId=first["hosted_zone_id"])["ResourceRecordSets"]
    weighted = {record["SetIdentifier"]: record for record in records if record["Type"] == "CNAME"}
    assert {name: (record["Weight"], record["TTL"]) for name, record in weighted.items()} == {"aws": (100, 5), "azure": (0, 5)}
    assert weighted["aws"]["ResourceRecords"][0]["Value"] == f"{first['api_id']}.execute-api.eu-west-1.amazonaws.com"
    assert weighted["azure"]["ResourceRecords"][0]["Value"] == "other.azurewebsites.net"
    assert deploy() == first


def test_the_maintenance_function_says_when_to_come_back(sides: dict[str, Side]) -> None:
    answer = boto3.client("lambda").invoke(FunctionName="orders-maintenance", Payload=b"{}")["Payload"].read()
    assert b'"statusCode": 503' in answer
    assert b'"retry-after": "30"' in answer


@pytest.mark.parametrize("side_name", ["aws", "azure"])
def test_the_package_depends_on_contents_only(side_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = package.pack(side_name)
    shutil.copytree(package.FOLDER / side_name, tmp_path / side_name, copy_function=shutil.copyfile)
    (tmp_path / side_name / "local.settings.json").write_text('{"Values": {"ORDERS_SIGNING_KEY": "secret"}}')
    monkeypatch.setattr(package, "FOLDER", tmp_path)
    assert package.pack(side_name) == before
    (tmp_path / side_name / "order.py").write_text("changed = True")
    assert package.pack(side_name) != before


def test_the_azure_package_is_an_app_at_its_root() -> None:
    names = zipfile.ZipFile(io.BytesIO(package.pack("azure"))).namelist()
    top = {name for name in names if "/" not in name}
    assert top == {"function_app.py", "host.json", "requirements.txt", "order.py", "store.py"}
    assert {"bridge/__init__.py", "bridge/records.py"} < {name for name in names if name not in top}
    assert all(name.startswith("bridge/") for name in names if name not in top)


def test_seeded_orders_are_as_if_they_had_come_through_the_api(sides: dict[str, Side]) -> None:
    url = sides["aws"].url
    orders = seed(600, 30, sample=60)
    assert len(orders) == 60
    for order in orders[:5]:
        assert httpx.get(f"{url}/orders/{order['id']}", timeout=20).json() == order
        again = httpx.post(f"{url}/orders", json={**order_content(order), "id": f"again-{order['id']}"}, timeout=20)
        assert again.json()["total"] == order["total"]
    traffic = Traffic(url, rate=1)
    traffic.adopt(orders)
    audit = traffic.audit(settle_seconds=60.0)
    assert (audit["audited"], audit["examples"]) == (60, {})
    assert sides["aws"].document("receipts/seed-000029.json") is not None


def test_seeding_again_adds_nothing_and_odd_rows_are_among_them(sides: dict[str, Side]) -> None:
    seed(600, 0)
    first = items()
    seed(600, 0)
    assert len(items()) == len(first)
    odd = [item for item in first if "legacy-code" in item]
    assert [item["id"] for item in odd] == [{"S": "seed/000499?#%é"}]
    assert sorted(odd[0]["digests"]["BS"]) == [b"\x00", b"\xff\xfe"]


def order_content(order: dict[str, Any]) -> dict[str, Any]:
    made_by_the_server = {"created", "signature", "status", "version", "processings"}
    return {name: value for name, value in order.items() if name not in made_by_the_server}
