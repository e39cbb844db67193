"""Who a process is on both clouds, asked of stand-ins that speak as STS and the platform's identity endpoint do."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from adapters import checkup
from adapters.azure.clients import azure_credential
from adapters.errors import AdapterError

IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Arn>arn:aws:iam::123456789012:user/x</Arn><UserId>x</UserId><Account>123456789012</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
TOKEN = {"access_token": "canary-token", "expires_on": "4102444800", "resource": "x", "token_type": "Bearer"}


class Clouds(BaseHTTPRequestHandler):
    """STS by POST, tokens by GET."""

    def do_POST(self) -> None:
        self._send("text/xml", IDENTITY)

    def do_GET(self) -> None:
        self._send("application/json", json.dumps(TOKEN))

    def log_message(self, *_: Any) -> None:
        """Silent."""

    def _send(self, kind: str, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


@pytest.fixture
def clouds() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Clouds)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_account_of_the_callers_own_credentials(clouds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_ENDPOINT_URL": clouds, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}.items():
        monkeypatch.setenv(name, value)
    assert checkup.aws_account({}) == "123456789012"


def test_without_credentials_on_aws_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    with pytest.raises(AdapterError) as refused:
        checkup.aws_account({})
    assert refused.value.mend


def test_a_token_of_azure_is_got_and_not_told(clouds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{clouds}/token")
    monkeypatch.setenv("IDENTITY_HEADER", "x")
    azure_credential.cache_clear()
    try:
        assert checkup.azure_signed_in({}) is None  # type: ignore[func-returns-value]  # that it tells nothing is the point
    finally:
        azure_credential.cache_clear()
