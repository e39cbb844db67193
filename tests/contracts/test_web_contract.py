"""Web: one request as a client sends it; whatever happens, there is an answer record."""

import hashlib
import json
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from adapters.azure import web
from adapters.azure.web import HttpWeb
from local.certificates import make_certificates
from local.processes import free_port


class Server(ThreadingHTTPServer):
    """Tells what it was sent; counts its connections."""

    daemon_threads = True
    connections = 0

    def process_request(self, *given: object) -> None:
        self.connections += 1
        super().process_request(*given)  # type: ignore[arg-type]  # handed on as they came


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.send_response(200)
            self.send_header("content-length", "1000000")
            self.end_headers()
            while not self.wfile.closed:
                self.wfile.write(b".")
                time.sleep(0.05)
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        text = "not json" if self.path == "/text" else json.dumps("x" * (2 << 20)) if self.path == "/large" else ""
        told = {"method": self.command, "body": body, "headers": {name.lower(): value for name, value in self.headers.items()}}
        content = (text or json.dumps(told)).encode()
        self.send_response(307 if self.path == "/moved" else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("Set-Cookie", "ARRAffinity=one-side")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.do_GET()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def test_a_body_is_sent_and_read_as_json(url: str) -> None:
    answer = HttpWeb().ask("POST", f"{url}/orders", {"id": 1}, {"X-Run": "7"})
    assert answer.status == 200
    assert (answer.body["method"], json.loads(answer.body["body"])) == ("POST", {"id": 1})
    assert (answer.body["headers"]["x-run"], answer.body["headers"]["content-type"]) == ("7", "application/json")
    assert answer.headers["location"] == "/elsewhere"
    assert 0 < answer.seconds < 10


def test_redirects_are_answers(url: str) -> None:
    assert HttpWeb().ask("GET", f"{url}/moved").status == 307


@pytest.mark.parametrize("path", ["/text", "/large"])
def test_what_is_no_json_or_too_large_has_no_body(url: str, path: str) -> None:
    answer = HttpWeb().ask("GET", url + path)
    assert (answer.status, answer.body) == (200, None)


def test_every_body_has_length_and_hash_and_cookies_have_names(url: str) -> None:
    answer = HttpWeb().ask("GET", f"{url}/text")
    assert (answer.size, answer.sha256) == (8, hashlib.sha256(b"not json").hexdigest())
    assert answer.cookies == ("ARRAffinity",)
    assert HttpWeb().ask("GET", f"{url}/large").size == (2 << 20) + 2


def test_each_request_is_a_new_connection_without_cookies(url: str, server: Server) -> None:
    asker = HttpWeb()
    asker.ask("GET", url)
    assert "cookie" not in asker.ask("GET", url).body["headers"]
    assert server.connections == 2


def test_no_answer_is_a_record_too(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "TIMEOUT_SECONDS", 0.5)
    for address in (f"http://127.0.0.1:{free_port()}", "no address", "ftp://127.0.0.1/x", f"{url}/slow"):
        answer = HttpWeb().ask("GET", address)
        assert (answer.status, answer.body) == (0, None), address
        assert answer.error
        assert answer.seconds < 5


def test_certificates_are_checked_against_the_system_or_the_environments_file(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = make_certificates(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls.certificate, tls.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    address = f"https://localhost:{server.server_port}"
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    refused = HttpWeb().ask("GET", address)
    assert refused.status == 0
    assert "CERTIFICATE_VERIFY_FAILED" in refused.error
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.bundle))
    assert HttpWeb().ask("GET", address).status == 200
