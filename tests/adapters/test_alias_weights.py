"""What is particular to aliases: the function's own code, who may be routed, the forwarder run as a Lambda in MiniStack.

Simulated: MiniStack gives the same address for the code of every version, so that `code_of_versions` serves them as AWS does.
"""

import base64
import http.server
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from adapters.errors import AdapterError, Conflict
from adapters.routers.alias_weights import AliasWeights
from adapters.routers.forwarder_package import HANDLER, package
from tests.adapters.aws_resources import Aws, until
from tests.contracts.clients_ways import who
from tests.contracts.router_sides import aliased
from tests.local.edge_origin import Origin

NOW = timedelta()


@pytest.fixture
def azure() -> Iterator[Origin]:
    with Origin() as origin:
        yield origin


def router(aws: Aws, name: str, url: str = "https://azure.example.net", **more: Any) -> AliasWeights:
    return AliasWeights(aws.session, {name: "live"}, lambda: url, who("http://127.0.0.1:9"), settle=0.0, **more)


def configuration(aws: Aws, name: str, version: str = "$LATEST") -> dict[str, Any]:
    return dict(aws.client("lambda").get_function_configuration(FunctionName=name, Qualifier=version))


def alias(aws: Aws, name: str) -> tuple[str, dict[str, float]]:
    found = aws.client("lambda").get_alias(FunctionName=name, Name="live")
    return found["FunctionVersion"], found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})


def invoked(aws: Aws, name: str, version: str, event: object) -> Any:
    answer = aws.client("lambda").invoke(FunctionName=name, Qualifier=version, Payload=json.dumps(event).encode())
    return json.loads(answer["Payload"].read())


def http_event(method: str, path: str, body: bytes = b"") -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"x-one": "1"},
        "cookies": ["c=1"],
        "requestContext": {"http": {"method": method}, "stage": "$default"},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def test_the_own_code_and_settings_are_untouched_and_the_forwarder_is_a_version_beside(aws: Aws) -> None:
    name = aliased(aws, "own", Environment={"Variables": {"SIGNING_KEY": "a-secret"}}, MemorySize=256)
    before, port = configuration(aws, name), router(aws, name, key_secret="orders/key")
    kept = port.snapshot()
    assert "a-secret" not in json.dumps(kept)
    port.set_weight(25, NOW)
    after = configuration(aws, name)
    for key in ("CodeSha256", "Handler", "Runtime", "Environment", "MemorySize"):
        assert after[key] == before[key]
    version, weights = alias(aws, name)
    assert (version, list(weights.values())) == ("1", [0.25])
    forwarder = configuration(aws, name, next(iter(weights)))
    assert (forwarder["Handler"], forwarder["MemorySize"], forwarder["Timeout"]) == (HANDLER, 256, before["Timeout"])
    assert forwarder["Environment"]["Variables"] == {
        "SIGNING_KEY": "a-secret",
        "FORWARD_TO": "https://azure.example.net",
        "FORWARD_KEY_SECRET": "orders/key",
    }
    assert invoked(aws, name, "$LATEST", {})["body"] == json.dumps({"says": "own"})
    port.restore(kept)
    assert port.snapshot() == kept
    assert list(configuration(aws, name)["Environment"]["Variables"]) == ["SIGNING_KEY"]


def test_unpublished_settings_come_back_too(aws: Aws) -> None:
    name = aliased(aws, "own")
    client = aws.client("lambda")
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"NEW": "1"}})
    until(lambda: configuration(aws, name)["LastUpdateStatus"] == "Successful")
    port = router(aws, name)
    kept = port.snapshot()
    port.set_weight(50, NOW)
    assert configuration(aws, name)["Environment"]["Variables"] == {"NEW": "1"}
    assert len(client.list_versions_by_function(FunctionName=name)["Versions"]) == 4
    port.restore(kept)
    assert port.snapshot() == kept


def test_the_forwarder_answers_as_azure_does(aws: Aws, azure: Origin) -> None:
    name = aliased(aws, "own", Timeout=2)
    router(aws, name, f"http://127.0.0.1:{azure.port}").set_weight(100, NOW)
    version = next(iter(alias(aws, name)[1]))
    result = invoked(aws, name, version, http_event("POST", "/base/orders", b"\x00\xff"))
    told = json.loads(result["body"])
    assert (result["statusCode"], told["method"], told["path"]) == (201, "POST", "/base/orders")
    assert base64.b64decode(told["body"]) == b"\x00\xff"
    assert {"x-one": "1", "cookie": "c=1"}.items() <= dict(told["headers"]).items()
    moved = invoked(aws, name, version, http_event("GET", "/base/moved"))
    assert (moved["statusCode"], moved["headers"]["location"], moved["cookies"]) == (302, "/elsewhere", ["a=1", "b=2"])
    binary = invoked(aws, name, version, http_event("GET", "/base/binary"))
    assert base64.b64decode(binary["body"]) == b"\x1f\x8b\x00\xff binary"
    assert invoked(aws, name, version, http_event("GET", "/base/slow"))["statusCode"] == 504
    assert invoked(aws, name, version, http_event("GET", "/base/break"))["statusCode"] == 502


def test_a_function_that_can_be_called_without_its_alias_is_refused_before_anything_changes(aws: Aws) -> None:
    client = aws.client("lambda")
    allowed, fed = aliased(aws, "own"), aliased(aws, "own")
    client.add_permission(
        FunctionName=allowed, StatementId="by-the-api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    mapping = aws.mapping(fed, aws.queue()[0])
    for name, caller in ((allowed, "by-the-api"), (fed, mapping)):
        with pytest.raises(Conflict, match=caller) as raised:
            router(aws, name).snapshot()
        assert f"{name}:live" in raised.value.mend
    assert aws.changes == []


def test_callers_of_the_alias_are_welcome(aws: Aws) -> None:
    name, client = aliased(aws, "own"), aws.client("lambda")
    client.add_permission(
        FunctionName=name,
        Qualifier="live",
        StatementId="by-the-api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    aws.mapping(f"{name}:live", aws.queue()[0])
    assert router(aws, name).snapshot()["functions"].keys() == {name}


def test_an_alias_that_cannot_be_weighed_is_refused(aws: Aws) -> None:
    client, name = aws.client("lambda"), aliased(aws, "own")
    client.update_alias(FunctionName=name, Name="live", FunctionVersion="$LATEST")
    with pytest.raises(Conflict, match="LATEST"):
        router(aws, name).weight()
    client.update_function_configuration(FunctionName=name, Description="another")
    until(lambda: configuration(aws, name)["LastUpdateStatus"] == "Successful")
    other = client.publish_version(FunctionName=name)["Version"]
    weights = {"AdditionalVersionWeights": {other: 0.1}}
    client.update_alias(FunctionName=name, Name="live", FunctionVersion="1", RoutingConfig=weights)
    with pytest.raises(Conflict, match=f"version {other}"):
        router(aws, name).set_weight(10, NOW)
    assert aws.changes == []


def test_several_functions_go_together(aws: Aws) -> None:
    names = [aliased(aws, "one"), aliased(aws, "two")]
    port = AliasWeights(
        aws.session, dict.fromkeys(names, "live"), lambda: "https://azure.example.net", who("http://127.0.0.1:9")
    )
    port.set_weight(40, NOW)
    assert [list(alias(aws, name)[1].values()) for name in names] == [[0.4], [0.4]]
    aws.client("lambda").update_alias(FunctionName=names[1], Name="live", RoutingConfig={"AdditionalVersionWeights": {}})
    assert port.weight() == 0


@pytest.mark.parametrize("cut", range(1, 7))
def test_a_publishing_that_was_cut_short_is_mended_by_the_next_try_and_by_restore(
    aws: Aws, code_of_versions: Callable[[str], None], cut: int
) -> None:
    name = aliased(aws, "own", Environment={"Variables": {"ONE": "1"}})
    code_of_versions(name)
    port, before = router(aws, name), configuration(aws, name)
    kept = port.snapshot()
    broken = Aws()
    left = cut

    def refuse(model: Any, **_: Any) -> None:
        nonlocal left
        left -= not model.name.startswith(("Get", "List"))
        if left < 0:
            raise ConnectionAbortedError

    broken.session.events.register("before-call.lambda", refuse)
    with pytest.raises((AdapterError, ConnectionAbortedError)):
        router(broken, name).set_weight(10, NOW)
    if cut % 2:
        port.set_weight(10, NOW)
        assert port.weight() == 10
    port.restore(kept)
    assert port.snapshot() == kept
    assert {key: configuration(aws, name)[key] for key in ("CodeSha256", "Handler", "Environment")} == {
        key: before[key] for key in ("CodeSha256", "Handler", "Environment")
    }


@pytest.fixture
def code_of_versions(aws: Aws) -> Iterator[Callable[[str], None]]:
    """Serves the code that a function has now as the code of its version 1, as AWS goes on doing."""
    codes: dict[str, bytes] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(codes[self.path.lstrip("/")])

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,)).start()

    def keep(name: str) -> None:
        import httpx

        codes[name] = httpx.get(aws.client("lambda").get_function(FunctionName=name)["Code"]["Location"]).content

    def elsewhere(parsed: dict[str, Any], **_: Any) -> None:
        function = parsed["Configuration"]
        if function["Version"] != "$LATEST":
            parsed["Code"]["Location"] = f"http://127.0.0.1:{server.server_address[1]}/{function['FunctionName']}"

    aws.session.events.register("after-call.lambda.GetFunction", elsewhere)
    yield keep
    server.shutdown()
    server.server_close()


def test_the_package_is_always_the_same_and_holds_the_forwarder_only() -> None:
    package.cache_clear()
    first = package()
    package.cache_clear()
    assert package() == first
    names = zipfile.ZipFile(io.BytesIO(first)).namelist()
    assert "adapters/forwarder/handler.py" in names
    assert all(name.startswith("adapters/forwarder/") or name == "adapters/__init__.py" for name in names)
