"""The HTTP API, asked the same on Lambda and on Azure Functions."""

import uuid
from typing import Any

import httpx
import pytest

from tests.examples.order_sides import Side, until

HARD: dict[str, Any] = {
    "customer": "Zoë / 李雷",
    "items": [{"sku": "a", "quantity": 2, "price": "12.50", "engraving": {"text": "", "font": None, "sizes": [1e-90, [True]]}}],
    "total": "-12345678901234567890.123456789012345678",
    "note": "",
    "tags": ["b/#", "", "a"],
    "lots": ["1E+30", "0.10", "98765432109876543210987654321098765432"],
    "document": "AAEC/w==",
    "coupon": None,
    "gift": False,
    "delivery": {"street": "", "floors": [1, None, {"x": True}], "empty": {}},
}


def new(**changed: Any) -> dict[str, Any]:
    return {"id": f"t-{uuid.uuid4()}", **HARD, **changed}


@pytest.fixture
def http(side: Side) -> httpx.Client:
    return httpx.Client(base_url=side.url, timeout=60, trust_env=False)


def test_every_type_comes_back_as_it_was_given(http: httpx.Client) -> None:
    given = new()
    created = http.post("/orders", json=given)
    assert created.status_code == 201
    read = http.get(f"/orders/{given['id']}").json()
    volatile = {"status", "processings"}
    assert {k: v for k, v in read.items() if k not in volatile} == {
        k: v for k, v in created.json().items() if k not in volatile
    }
    assert read["total"] == given["total"]
    assert read["items"] == [
        {
            "sku": "a",
            "quantity": "2",
            "price": "12.5",
            "engraving": {"text": "", "font": None, "sizes": [f"0.{'0' * 89}1", [True]]},
        }
    ]
    assert read["tags"] == ["", "a", "b/#"]
    assert read["lots"] == ["0.1", "1" + "0" * 30, "98765432109876543210987654321098765432"]
    assert (read["document"], read["coupon"], read["gift"], read["note"]) == ("AAEC/w==", None, False, "")
    assert read["delivery"] == {"street": "", "floors": ["1", None, {"x": True}], "empty": {}}


def test_a_repeated_create_answers_the_stored_order(http: httpx.Client) -> None:
    first = new(note="first")
    assert http.post("/orders", json=first).status_code == 201
    again = http.post("/orders", json={**first, "note": "second"})
    assert (again.status_code, again.json()["note"]) == (200, "first")


def test_an_order_without_id_gets_one(http: httpx.Client) -> None:
    given = {"customer": "Ann", "items": [], "total": 5}
    created = http.post("/orders", json=given).json()
    assert http.get(f"/orders/{created['id']}").json()["total"] == "5"


def test_each_update_counts_the_version_and_leaves_the_signature(http: httpx.Client) -> None:
    created = http.post("/orders", json=new()).json()
    path = f"/orders/{created['id']}"
    assert http.put(path, json={"note": "ring twice"}).json()["version"] == 2
    assert http.put(path, json={"status": "packed", "note": ""}).json()["version"] == 3
    read = http.get(path).json()
    assert (read["version"], read["note"], read["signature"]) == (3, "", created["signature"])


def test_a_deleted_order_is_gone(http: httpx.Client) -> None:
    path = f"/orders/{http.post('/orders', json=new()).json()['id']}"
    assert http.delete(path).status_code == 204
    assert [http.request(method, path, json={"note": "x"}).status_code for method in ("GET", "PUT", "DELETE")] == [404] * 3


def test_the_list_is_as_long_as_asked(http: httpx.Client) -> None:
    for _ in range(3):
        http.post("/orders", json=new())
    assert len(http.get("/orders", params={"limit": 2}).json()["orders"]) == 2
    assert len(http.get("/orders").json()["orders"]) >= 3


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"total": "1" * 39}, "total"), ({"total": "NaN"}, "total"), ({"total": True}, "total"), ({"id": "a b"}, "id"),
        ({"items": [{"sku": "a"}]}, "items"), ({"document": "?"}, "document"),
        ({"colour": "red"}, "colour"), ({"tags": "a"}, "tags"),
    ],
)  # fmt: skip
def test_a_bad_order_is_refused_with_the_field_and_not_stored(http: httpx.Client, changed: dict[str, Any], why: str) -> None:
    given = new(**changed)
    refused = http.post("/orders", json=given)
    assert refused.status_code == 400
    assert why in refused.json()["error"]
    assert http.get(f"/orders/{given['id']}").status_code in {400, 404}


@pytest.mark.parametrize("limit", ["0", "101", "x", ""])
def test_a_bad_limit_is_refused(http: httpx.Client, limit: str) -> None:
    assert http.get("/orders", params={"limit": limit}).status_code == 400


def test_health_says_who_answers(http: httpx.Client, side: Side) -> None:
    platform = {"aws": "aws-lambda", "azure": "azure-functions"}[side.name]
    assert http.get("/health").json() == {"status": "ok", "platform": platform}


def test_both_sides_sign_alike(sides: dict[str, Side]) -> None:
    given = new()
    signatures = {httpx.post(f"{side.url}/orders", json=given, timeout=60).json()["signature"] for side in sides.values()}
    assert len(signatures) == 1


def test_a_created_order_is_processed_once(http: httpx.Client, side: Side) -> None:
    created = http.post("/orders", json=new()).json()
    path = f"/orders/{created['id']}"
    order = until(lambda: http.get(path).json(), lambda found: found["processings"] > 0)
    assert (order["processings"], order["status"], order["signature"]) == (1, "processed", created["signature"])
