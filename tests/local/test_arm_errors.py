"""The refusals of Resource Manager and of the managed identity endpoint: status, code, envelope."""

import base64
import json
from collections.abc import Iterator

import httpx
import pytest

from tests.local.arm_support import SUBSCRIPTION, StandIn

WEB = {"api-version": "2025-05-01"}


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with StandIn(tmp_path_factory.mktemp("arm")) as started:
        started.site()
        yield started


def refused(answer: httpx.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["message"] and answer.headers["x-ms-request-id"]
    return answer.status_code, error["code"]


def test_each_mistake_has_the_code_that_arm_gives(arm: StandIn) -> None:
    get = arm.http.get
    site = f"{arm.group}/providers/Microsoft.Web/sites"
    elsewhere = site.replace("resourceGroups/orders", "resourceGroups/nowhere")
    assert refused(get(f"{site}/orders-func")) == (400, "MissingApiVersionParameter")
    assert refused(get(f"{site}/orders-func", params={"api-version": "2001-01-01"})) == (400, "NoRegisteredProviderFound")
    assert refused(get(arm.group, params={"api-version": "2001-01-01"})) == (400, "InvalidApiVersionParameter")
    assert refused(get(site.replace(SUBSCRIPTION, "0" * 8), params=WEB)) == (404, "SubscriptionNotFound")
    assert refused(get(f"{elsewhere}/orders-func", params=WEB)) == (404, "ResourceGroupNotFound")
    assert refused(get(f"{site}/nobody", params=WEB)) == (404, "ResourceNotFound")
    assert refused(get(f"{site}/nobody/functions", params=WEB)) == (404, "ResourceNotFound")
    assert refused(arm.http.put(f"{site}/new", params=WEB, content=b"{")) == (400, "InvalidRequestContent")
    assert refused(arm.http.put(f"{site}/new", params=WEB, json={})) == (400, "LocationRequired")
    numbers = {"properties": {"A": 1}}
    assert refused(arm.http.put(f"{site}/orders-func/config/appsettings", params=WEB, json=numbers)) == (
        400,
        "InvalidRequestContent",
    )
    child = f"{site}/nobody/config/appsettings"
    assert refused(arm.http.put(child, params=WEB, json={"properties": {}})) == (404, "ParentResourceNotFound")


def test_no_token_a_forged_one_and_one_for_another_resource_are_refused(arm: StandIn) -> None:
    path = f"{arm.group}/providers/Microsoft.Web/sites/orders-func"
    token = str(arm.http.headers["Authorization"])
    other = arm.credential.get_token("https://storage.azure.com/.default").token
    for header in ("", "Bearer a.b.c", token[:-4] + "AAAA", f"Bearer {other}"):
        answer = arm.http.get(path, params=WEB, headers={"Authorization": header})
        assert refused(answer) == (401, "AuthenticationFailed")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")


def test_the_identity_endpoint_gives_tokens_to_who_knows_the_header(arm: StandIn) -> None:
    url = f"http://127.0.0.1:{arm.identity_port}/msi/token"
    asked = {"api-version": "2019-08-01", "resource": "https://storage.azure.com"}
    headers = {"X-IDENTITY-HEADER": "identity-secret"}
    assert httpx.get(url, params=asked, trust_env=False).status_code == 400
    assert httpx.get(url, params=asked, headers={"X-IDENTITY-HEADER": "guess"}, trust_env=False).status_code == 401
    assert httpx.get(url, params={"resource": "x"}, headers=headers, trust_env=False).status_code == 400
    tokens = [httpx.get(url, params=asked, headers=headers, trust_env=False).json()["access_token"] for _ in range(2)]
    claims = [json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")) for token in tokens]
    assert claims[0]["oid"] == claims[1]["oid"]
    assert claims[0]["aud"] == "https://storage.azure.com"
    assert claims[0]["iss"] == "https://sts.windows.net/99999999-8888-7777-6666-555555555555/"
    assert claims[0]["nbf"] < claims[0]["exp"]


def test_a_permission_that_is_taken_away_is_neither_listed_nor_honoured(arm: StandIn) -> None:
    listing = f"{arm.group}/providers/Microsoft.Authorization/permissions"
    held = arm.http.get(listing, params={"api-version": "2022-04-01"}).json()["value"]
    assert held == [{"actions": ["*"], "notActions": [], "dataActions": ["*"], "notDataActions": []}]
    less = {"actions": ["*"], "notActions": ["Microsoft.Web/sites/config/list/action", "Microsoft.Web/sites/publish/action"]}
    arm.http.put("/_standin/permissions", json={"value": [less]}).raise_for_status()
    site = f"{arm.group}/providers/Microsoft.Web/sites/orders-func"
    listed = arm.http.get(f"{site}/providers/Microsoft.Authorization/permissions", params={"api-version": "2022-04-01"}).json()
    assert listed["value"][0]["notActions"] == less["notActions"]
    assert refused(arm.http.post(f"{site}/config/appsettings/list", params=WEB)) == (403, "AuthorizationFailed")
    assert refused(arm.http.post("/scm/orders-func/api/publish", content=b"")) == (403, "AuthorizationFailed")
    assert arm.http.get(site, params=WEB).status_code == 200
    arm.http.delete("/_standin/permissions").raise_for_status()
    assert arm.http.post(f"{site}/config/appsettings/list", params=WEB).status_code == 200
