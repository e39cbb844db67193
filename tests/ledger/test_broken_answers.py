"""Answers of the ledger's storage that break off on their way: the ledger is silent then, whatever the SDK makes of it."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken

from ledger.errors import LedgerUnavailable
from ledger.events import Events
from ledger.storage import Storage
from local.certificates import make_certificates

ROW = {"PartitionKey": "p", "RowKey": "r"}


class Breaking(BaseHTTPRequestHandler):
    """Acts, begins to answer, and is gone."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        if self.path.endswith("/events"):  # taken; the first answer never leaves, and the second knows the row
            self.server.asked = asked = getattr(self.server, "asked", 0) + 1  # type: ignore[attr-defined] # ours alone
            if asked > 1:
                self.send_error(409)
            self.close_connection = True
            return
        self.send_response(202)
        kind = "multipart/mixed; boundary=b" if self.path.endswith("$batch") else "application/json"
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\n{")
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Silent."""


class Anybody:
    """An identity."""

    def get_token(self, *_scopes: str, **_more: Any) -> AccessToken:
        return AccessToken("token", int(time.time()) + 3600)


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    tls = make_certificates(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls.bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate, tls.key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Breaking)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    url = f"https://127.0.0.1:{server.server_port}/ledger"
    yield Storage(url, url, Anybody())
    server.shutdown()
    server.server_close()


def test_an_event_whose_answer_was_lost_is_asked_for_once_more(storage: Storage) -> None:
    Events(storage).append("run", "note", "It is written once.")


@pytest.mark.parametrize("write", [lambda it: it.create("runs", ROW), lambda it: it.create_all("runs", [ROW])])
def test_an_answer_that_breaks_off_is_silence(storage: Storage, write: Callable[[Storage], object]) -> None:
    with pytest.raises(LedgerUnavailable):
        write(storage)
