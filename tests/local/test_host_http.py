"""HTTP triggers of the local host: routes, methods, keys, requests and responses as the Functions host treats them."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.processes import free_port
from tests.local.hosting import APPS, PYTHON, RunningHost, running_host


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    disabled = {"AzureWebJobs.other.Disabled": "true"}
    with running_host("web", tmp_path_factory.mktemp("web"), **disabled) as running:
        yield running


def test_a_request_arrives_whole(host: RunningHost) -> None:
    answer = host.call("POST", "/v1/echo/42/a/b%20c?x=1&x=2&y=%C3%A9", key=None, content=b"\x00\xff", headers={"X-Two": "2"})
    told = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert (told["method"], told["length"], told["function"]) == ("POST", 2, "echo")
    assert told["route"] == {"id": "42", "rest": "a/b c"}
    assert told["params"] == {"x": "1,2", "y": "é"}
    assert told["headers"]["x-two"] == "2"
    assert told["url"] == f"{host.url}/v1/echo/42/a/b%20c?x=1&x=2&y=%C3%A9"
    assert len(told["invocation"]) == 36


def test_a_response_leaves_whole(host: RunningHost) -> None:
    body = bytes(range(256))
    answer = host.call("POST", "/v1/mirror", key=None, content=body)
    assert (answer.status_code, answer.content) == (201, body)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-one"] == "1"
    assert answer.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2; HttpOnly"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/echo/42", 200),
        ("GET", "/v1/echo/forty-two", 404),  # {id:int}
        ("PUT", "/v1/echo/42", 404),  # a method that the trigger does not list
        ("GET", "/V1/ECHO/42", 200),
        ("GET", "/api/echo/42", 404),  # host.json has another prefix
        ("GET", "/v1/unknown", 404),
        ("GET", "/v1/items/1/2", 404),
        ("DELETE", "/v1/items/1", 200),  # no methods listed: all allowed
    ],
)
def test_route_and_method_choose_the_function(host: RunningHost, method: str, path: str, status: int) -> None:
    assert host.call(method, path, key=None).status_code == status


def test_the_more_specific_route_wins(host: RunningHost) -> None:
    assert host.call("GET", "/v1/items/special", key=None).text == "the special one"
    assert host.call("GET", "/v1/items/else", key=None).text == "item else"


def test_function_level_wants_a_function_host_or_master_key(host: RunningHost) -> None:
    keys = host.keys
    keys["functions"] = {"guarded": {"default": "only-for-guarded"}, "admins": {"default": "not-enough"}}
    (host.data / "keys.json").write_text(json.dumps(keys))
    assert host.call("GET", "/v1/guarded", key=None).status_code == 401
    for wrong in ("", "wrong", keys["systemKeys"]["durabletask_extension"], "not-enough"):
        answer = host.call("GET", "/v1/guarded", key=None, headers={"x-functions-key": wrong})
        assert (answer.status_code, answer.content) == (401, b"")
    for right in ("only-for-guarded", keys["functionKeys"]["default"], keys["masterKey"]):
        assert host.call("GET", "/v1/guarded", key=None, headers={"x-functions-key": right}).status_code == 200
        assert host.call("GET", "/v1/guarded", key=None, params={"code": right}).status_code == 200


def test_admin_level_wants_the_master_key(host: RunningHost) -> None:
    assert host.call("GET", "/v1/admins", key="default").status_code == 401
    assert host.call("GET", "/v1/admins", key="masterKey").status_code == 200


def test_a_disabled_function_is_there_for_the_master_key_only(host: RunningHost) -> None:
    assert host.call("GET", "/v1/other", key="default").status_code == 404
    assert host.call("GET", "/v1/other", key=None).status_code == 404
    assert host.call("GET", "/v1/other", key="masterKey").status_code == 200


def test_an_exception_is_a_500_without_a_body_and_a_line_in_the_log(host: RunningHost) -> None:
    for path in ("/v1/boom", "/v1/nothing"):
        answer = host.call("GET", path, key=None)
        assert (answer.status_code, answer.content) == (500, b"")
    assert "a detail for the log only" in host.log
    assert "WARNING root: about to fail" in host.log


def test_no_key_is_ever_logged(host: RunningHost) -> None:
    keys = host.keys
    host.call("GET", "/v1/guarded", params={"code": keys["masterKey"]})
    assert not [key for key in (keys["masterKey"], keys["functionKeys"]["default"]) if key in host.log]
    assert (host.data / "keys.json").stat().st_mode & 0o777 == 0o600


def refusal(*arguments: str) -> str:
    run = subprocess.run([PYTHON, "-m", "local.host", *arguments], capture_output=True, text=True, check=False, timeout=30)
    assert run.returncode == 1
    return run.stderr


def test_a_second_host_on_the_same_data_or_port_is_refused(host: RunningHost, tmp_path: Path) -> None:
    app, port = str(APPS / "web"), host.url.rpartition(":")[2]
    assert "another host uses" in refusal("--app", app, "--port", str(free_port()), "--data", str(host.data))
    assert "give another --port" in refusal("--app", app, "--port", port, "--data", str(tmp_path))


def test_a_folder_without_an_app_is_refused(tmp_path: Path) -> None:
    assert "has no function_app.py" in refusal("--app", str(tmp_path), "--port", str(free_port()), "--data", str(tmp_path))
