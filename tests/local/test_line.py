"""The path that can be cut: whole it is not there, cut nothing passes, restored it is as before."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from local.line import Line


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[::-1])

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def origin() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/some/path"
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
