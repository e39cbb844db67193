"""The clients' ways in, for the contract of routers: what answers clients by what the router has set, on the embedded clouds.

Lives here: servers, and the routers that observe them. Never here: what a test expects.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from adapters.azure.web import HttpWeb
from adapters.ports import Router
from adapters.routers.who_answers import WhoAnswers
from local.routing.aliases import invoke, read_alias
from local.routing.profiles import read_profile
from local.routing.records import Record, choose
from tests.adapters.aws_resources import Aws
from tests.adapters.name_server import name_server
from tests.local.edge_origin import Origin

NOBODY = "127.0.0.1:9"
"""Nobody listens on the port `discard`."""
_EVENT = {"version": "2.0", "rawPath": "/orders", "requestContext": {"http": {"method": "GET"}, "stage": "$default"}}


def who(url: str) -> WhoAnswers:
    """Tells the origin that stands in for Azure by a field that functions do not answer with."""
    return WhoAnswers(HttpWeb(), "GET", url, [200, 201], {"method": "GET"})


@contextmanager
def by_records(aws: Aws, zone: str, router: Callable[[str], Router]) -> Iterator[Router]:
    """A name server answers by the weighted records of a zone."""

    def read() -> list[Record]:
        found = aws.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        known = [one for one in found if "Weight" in one]
        return [Record(one["SetIdentifier"], one["ResourceRecords"][0]["Value"], one["Weight"], one["TTL"]) for one in known]

    with name_server(read) as server:
        yield router(server)


@contextmanager
def by_profile(client: Any, group: str, name: str, router: Callable[[str], Router]) -> Iterator[Router]:
    """A name server answers by the enabled endpoints of a profile."""
    with name_server(lambda: read_profile(client, group, name)) as server:
        yield router(server)


@contextmanager
def by_api(url: str, router: Callable[[str, str], Router]) -> Iterator[Router]:
    """The API itself answers."""
    with Origin() as azure:
        yield router(f"http://127.0.0.1:{azure.port}", url)


@contextmanager
def by_alias(aws: Aws, name: str, router: Callable[[str, str], Router]) -> Iterator[Router]:
    """A server chooses a version by the alias's weights, and answers with what that version returns."""
    client, chance = aws.client("lambda"), random.Random(7)  # noqa: S311 - spreads requests

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = invoke(client, choose(read_alias(client, name, "live"), chance).value, _EVENT)
            self.send_response(answer.status)
            self.end_headers()
            self.wfile.write(answer.body if isinstance(answer.body, bytes) else b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        with Origin() as azure:
            yield router(f"http://127.0.0.1:{azure.port}", f"http://127.0.0.1:{server.server_address[1]}")
    finally:
        server.shutdown()
        server.server_close()
