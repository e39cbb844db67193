"""The forwarder's translation of events and answers, and its way with time and errors, against a real HTTP server."""

import base64
import http.server
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.forwarder import handler as entry
from adapters.forwarder.handler import Forwarder, ForwardFailed


@dataclass
class Target:
    """Answers as `answer` says, and keeps what it got."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=lambda: [("Content-Type", "application/json")])
    body: bytes = b'{"from": "azure"}'
    delay: float = 0.0
    drip: float = 0.0
    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def target() -> Iterator[Target]:
    told = Target()

    class Handler(http.server.BaseHTTPRequestHandler):
        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = [(name.lower(), value) for name, value in self.headers.items()]
            told.got.append({"method": self.command, "path": self.path, "headers": headers, "body": body})
            time.sleep(told.delay)
            self.send_response(told.status)
            for name, value in told.headers:
                self.send_header(name, value)
            self.end_headers()
            try:
                for at in range(0, len(told.body), max(len(told.body) // 4, 1)):
                    time.sleep(told.drip)
                    self.wfile.write(told.body[at : at + max(len(told.body) // 4, 1)])
                    self.wfile.flush()
            except OSError:
                return  # the caller has gone

        do_GET = do_POST = do_PUT = do_DELETE = serve  # noqa: N815 - names of the base class

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Call:
    """Lambda's context."""

    seconds: float = 5.0
    aws_request_id: str = "request-1"
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:000000000000:function:orders:live"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


def version_2(**changed: Any) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": "/orders/a b",
        "rawQueryString": "x=1&x=2&y=a%20b",
        "cookies": ["one=1", "two=2"],
        "headers": {"host": "orders.example.com", "x-many": "a,b", "content-length": "3", "x-forwarded-for": "192.0.2.1"},
        "requestContext": {"http": {"method": "POST"}, "stage": "$default"},
        "body": "abc",
        "isBase64Encoded": False,
    } | changed


def version_1(**changed: Any) -> dict[str, Any]:
    return {
        "httpMethod": "PUT",
        "path": "/prod/orders",
        "multiValueQueryStringParameters": {"x": ["1", "2"], "y": ["a b"]},
        "multiValueHeaders": {"Host": ["orders.example.com"], "X-Many": ["a", "b"]},
        "requestContext": {"stage": "prod"},
        "body": base64.b64encode(b"\x00\xff").decode(),
        "isBase64Encoded": True,
    } | changed


def ask(target: Target, event: Any, seconds: float = 5.0, events: str = "") -> Any:
    return Forwarder({entry.TARGET: target.url, entry.EVENTS: events})(event, Call(seconds))


def test_a_request_in_format_2_arrives_whole(target: Target) -> None:
    ask(target, version_2())
    got = target.got[0]
    assert (got["method"], got["path"], got["body"]) == ("POST", "/orders/a%20b?x=1&x=2&y=a%20b", b"abc")
    headers = dict(got["headers"])
    assert (headers["cookie"], headers["x-many"], headers["content-length"]) == ("one=1; two=2", "a,b", "3")
    assert headers["host"] == target.url.removeprefix("http://")
    assert (headers["x-forwarded-host"], headers["x-forwarded-for"]) == ("orders.example.com", "192.0.2.1")


def test_a_request_in_format_1_arrives_whole_without_its_stage(target: Target) -> None:
    ask(target, version_1())
    got = target.got[0]
    assert (got["method"], got["path"], got["body"]) == ("PUT", "/orders?x=1&x=2&y=a+b", b"\x00\xff")
    assert [value for name, value in got["headers"] if name == "x-many"] == ["a", "b"]


def test_a_request_of_a_load_balancer_keeps_its_encoding(target: Target) -> None:
    balancer = version_1(path="/orders", requestContext={"elb": {}}, multiValueHeaders=None, headers={"x-one": "1"})
    del balancer["multiValueHeaders"]
    result = ask(target, balancer | {"multiValueQueryStringParameters": {"y": ["a%20b"]}})
    assert target.got[0]["path"] == "/orders?y=a%20b"
    assert result["headers"]["content-type"] == "application/json"


def test_the_answer_comes_back_whole_in_each_format(target: Target) -> None:
    target.status = 201
    target.headers += [("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2"), ("X-Many", "1"), ("X-Many", "2")]
    second = ask(target, version_2())
    assert (second["statusCode"], second["body"], second["isBase64Encoded"]) == (201, '{"from": "azure"}', False)
    assert second["cookies"] == ["a=1; Path=/", "b=2"]
    assert second["headers"]["x-many"] == "1, 2"
    assert "set-cookie" not in second["headers"]
    first = ask(target, version_1())
    assert first["multiValueHeaders"]["set-cookie"] == ["a=1; Path=/", "b=2"]
    assert first["multiValueHeaders"]["x-many"] == ["1", "2"]
    assert not {"connection", "content-length", "transfer-encoding"} & first["multiValueHeaders"].keys()


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ([("Content-Type", "image/png")], b"\x89PNG\x00\xff"),
        ([("Content-Type", "application/json"), ("Content-Encoding", "gzip")], b"\x1f\x8b\x00"),
        ([("Content-Type", "text/plain; charset=latin-1")], b"caf\xe9"),
    ],
    ids=["image", "compressed", "other charset"],
)
def test_what_is_not_text_travels_as_base64(target: Target, headers: list[tuple[str, str]], body: bytes) -> None:
    target.headers, target.body = headers, body
    result = ask(target, version_2())
    assert result["isBase64Encoded"]
    assert base64.b64decode(result["body"]) == body


def test_redirects_and_errors_are_the_callers(target: Target) -> None:
    for status in (302, 404, 500, 503):
        target.status = status
        assert ask(target, version_2())["statusCode"] == status


@pytest.mark.parametrize("slow", ["delay", "drip"])
def test_the_time_of_the_function_is_kept(target: Target, slow: str) -> None:
    setattr(target, slow, 1.0)
    began = time.monotonic()
    result = ask(target, version_2(), seconds=1.2)
    assert result["statusCode"] == 504
    assert time.monotonic() - began < 2.0
    assert json.loads(result["body"])["error"] == "no-answer"


def test_a_target_that_is_away_is_a_502() -> None:
    result = Forwarder({entry.TARGET: "http://127.0.0.1:1"})(version_2(), Call())
    assert (result["statusCode"], result["headers"]["content-type"]) == (502, "application/json")


def test_other_events_are_posted_and_what_comes_back_is_the_result(target: Target) -> None:
    target.body = b'{"batchItemFailures": [{"itemIdentifier": "m2"}]}'
    event = {"Records": [{"messageId": "m1", "eventSource": "aws:sqs"}, {"messageId": "m2", "eventSource": "aws:sqs"}]}
    result = ask(target, event, events=f"{target.url}/api/events?from=aws")
    assert result == {"batchItemFailures": [{"itemIdentifier": "m2"}]}
    got = target.got[0]
    assert (got["method"], got["path"], json.loads(got["body"])) == ("POST", "/api/events?from=aws", event)
    assert dict(got["headers"])["x-forwarded-function"].endswith(":orders:live")
    target.body = b""
    assert ask(target, {"source": "aws.events"}, events=target.url) is None


def test_an_event_that_was_not_taken_is_an_error_so_that_aws_tries_again(target: Target) -> None:
    with pytest.raises(ForwardFailed, match="HTTP requests only"):
        ask(target, {"Records": []})
    target.status = 500
    with pytest.raises(ForwardFailed, match="500"):
        ask(target, {"Records": []}, events=target.url)
    with pytest.raises(ForwardFailed, match="could not be asked"):
        ask(target, {"Records": []}, events="http://127.0.0.1:1")
