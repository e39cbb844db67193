"""The path that can be cut: whole it is not there, cut nothing passes, restored it is as before."""

import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, Literal

import httpx
import pytest

from local.certificates import make_certificates
from local.line import Line


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.asked.append(body)
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[::-1])

    def log_message(self, *_: object) -> None:
        """Silent."""


@dataclass(frozen=True)
class Trust:
    """Both ends of TLS."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    tls = make_certificates(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tls.certificate, tls.key)
    return Trust(server, ssl.create_default_context(cafile=str(tls.bundle)))


@pytest.fixture(params=["http"])
def origin(request: pytest.FixtureRequest, trust: Trust) -> Iterator[str]:
    Handler.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if request.param == "https":
        server.socket = trust.server.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"{request.param}://127.0.0.1:{server.server_port}/some/path"
    server.shutdown()
    server.server_close()


def test_a_whole_line_passes_everything(origin: str) -> None:
    body = bytes(range(256)) * 4000
    with Line(origin) as line, httpx.Client(trust_env=False) as client:
        assert line.url.endswith("/some/path")
        assert [client.post(line.url, content=body).content for _ in range(3)] == [body[::-1]] * 3


def test_a_cut_line_passes_nothing_until_it_is_restored(origin: str) -> None:
    with Line(origin) as line, httpx.Client(trust_env=False, timeout=5) as client:
        client.post(line.url, content=b"ab")
        line.cut()
        for _ in range(2):
            with pytest.raises(httpx.TransportError):
                client.post(line.url, content=b"ab")
        line.restore()
        assert client.post(line.url, content=b"ab").content == b"ba"


def test_nobody_at_the_other_end_is_an_error_and_not_a_wait(origin: str) -> None:
    with Line("http://127.0.0.1:1") as line, pytest.raises(httpx.TransportError):
        httpx.post(line.url, content=b"", trust_env=False, timeout=5)


@pytest.mark.parametrize("origin", ["http", "https"], indirect=True)
@pytest.mark.parametrize(("lost", "acted"), [("no request", False), ("no answer", True)])
def test_a_request_is_reset_before_or_after_it_acted(
    origin: str, trust: Trust, lost: Literal["no request", "no answer"], acted: bool
) -> None:
    with Line(origin) as line, httpx.Client(trust_env=False, timeout=5, verify=trust.client) as client:
        assert [client.post(line.url, content=b"ab").content for _ in range(3)] == [b"ba"] * 3
        line.lose(lost)
        with pytest.raises(httpx.TransportError):
            client.post(line.url, content=b"second")
        assert (b"second" in Handler.asked) == acted
        assert client.post(line.url, content=b"third").content == b"driht", "a new connection gets its first request through"
        with pytest.raises(httpx.TransportError):
            for _ in range(5):
                client.post(line.url, content=b"fourth")
        assert line.resets == 2
        line.restore()
        assert [client.post(line.url, content=b"ab").content for _ in range(3)] == [b"ba"] * 3
