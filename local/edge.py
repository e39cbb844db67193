"""The clients' way in: sends each request to one origin by the weights of DNS records, of a profile or of an alias.

Lives here: the server, its command line and `GET /-/edge/stats`.
Never here: a decision about weights. It listens on 127.0.0.1 only.
"""

import argparse
import asyncio
import logging
import os
import random
import signal
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial

import boto3
from aiohttp import web
from azure.identity import DefaultAzureCredential
from azure.mgmt.trafficmanager import TrafficManagerManagementClient
from botocore.config import Config

from local.routing.aliases import SCHEME, Versions, read_alias
from local.routing.counted import Address, Meter
from local.routing.forwarder import Forwarder, OriginFailed
from local.routing.names import serve_names
from local.routing.profiles import read_profile
from local.routing.records import NoRecords, Record, choose, read_records
from local.routing.resolver import Resolver
from local.routing.statistics import Tally

log = logging.getLogger(__name__)
LARGEST_BODY = 100 * 1024 * 1024  # bytes; what Azure Functions takes
SERVED_BY = "x-served-by"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
AT_ONCE = 0.2  # seconds after which the name server knows a change


class Edge:
    """Answers requests.

    Args:
        origins: base URL by host name, as the records' values name them.
        chance: where the choice among records comes from.
        versions: of functions, for records that are such.
        meters: count what origins take, by the same names.
    """

    def __init__(
        self,
        resolver: Resolver,
        forwarder: Forwarder,
        origins: Mapping[str, str],
        chance: random.Random,
        versions: Versions,
        meters: Mapping[str, Meter],
    ) -> None:
        self._resolver, self._forwarder, self._origins, self._chance = resolver, forwarder, origins, chance
        self._versions, self._meters = versions, meters
        self._tallies: defaultdict[str, Tally] = defaultdict(Tally)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Choose an origin, forward, count. 502, 503 and 504 of our own have a JSON body that says why."""
        try:
            answer = await self._resolver.answer()
        except NoRecords as error:
            return web.json_response({"error": "no-records", "detail": str(error)}, status=503)
        record = choose(answer.records, self._chance)
        tally, began = self._tallies[record.identifier], time.monotonic()
        tally.sent()
        try:
            response = await self._ask(request, record)
            tally.answered(response.status)
        except OriginFailed as error:
            tally.failed()
            problem = {"error": "origin-failed", "origin": record.value, "detail": str(error)}
            response = web.json_response(problem, status=error.status)
        if record.value in self._meters:
            self._meters[record.value].answered(response.status, time.monotonic() - began)
        response.headers[SERVED_BY] = record.identifier
        return response

    async def statistics(self, _request: web.Request) -> web.StreamResponse:
        """Counters since the start and the records in use. Times are epoch seconds."""
        records: list[dict[str, object]] = []
        body: dict[str, object] = {"now": time.time(), "records": records}
        try:
            answer = await self._resolver.answer()
        except NoRecords as error:
            body["problem"] = str(error)
        else:
            records += [vars(record) | {"origin": self._origins.get(record.value)} for record in answer.records]
            body |= {"records_read_at": answer.read_at, "records_age_seconds": time.time() - answer.read_at}
        body["served"] = {name: tally.as_json() for name, tally in sorted(self._tallies.items())}
        return web.json_response(body)

    async def _ask(self, request: web.Request, record: Record) -> web.Response:
        if record.value.startswith(SCHEME):
            return await self._versions.answer(request, record.value)
        return await self._forwarder.forward(request, self._origin(record))

    def _origin(self, record: Record) -> str:
        try:
            return self._origins[record.value]
        except KeyError:
            raise OriginFailed(502, f"the edge knows no origin {record.value}; give it --origin {record.value}=URL") from None


async def serve(told: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    resolver = Resolver(_reader(told), floor=told.ttl_floor)
    chance = random.Random(told.seed)  # noqa: S311 - spreads requests, protects nothing
    origins = dict(told.origin)
    meters = {host: Meter(boto3.client("cloudwatch"), host.partition(".")[0]) for host, _ in told.counted}
    async with Forwarder(timeout=told.timeout) as forwarder, AsyncExitStack() as stack:
        for host, port in told.counted:
            sending = asyncio.create_task(meters[host].keep_sending())
            stack.callback(sending.cancel)
            await _listen(stack, port, Address(forwarder, origins[host], meters[host]).handle)
        if told.names:
            at_once = Resolver(_reader(told), floor=AT_ONCE, most=AT_ONCE)
            stack.callback((await serve_names(told.names, at_once, chance)).close)
        edge = Edge(resolver, forwarder, origins, chance, Versions(boto3.client("lambda"), told.route), meters)
        await _listen(stack, told.listen, edge.handle, edge.statistics)
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        await ended.wait()


async def _listen(stack: AsyncExitStack, port: int, handle: Handler, statistics: Handler | None = None) -> None:
    app = web.Application(client_max_size=LARGEST_BODY)
    if statistics:
        app.router.add_get("/-/edge/stats", statistics)
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", port).start()


def _reader(told: argparse.Namespace) -> Callable[[], tuple[Record, ...]]:
    """What reads the weights, as the command line chose it."""
    patience = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 1})
    if told.profile:
        parts = told.profile.split("/")
        arm = os.environ["DAYZERO_ARM_ENDPOINT"]
        scopes = ["https://management.azure.com/.default"]
        manager = TrafficManagerManagementClient(DefaultAzureCredential(), parts[2], arm, credential_scopes=scopes)
        return partial(read_profile, manager, parts[4], parts[-1])
    if told.alias:
        return partial(read_alias, boto3.client("lambda", config=patience), *told.alias.split(":"))
    return partial(read_records, boto3.client("route53", config=patience), told.domain)


def _origin(text: str) -> tuple[str, str]:
    host, equals, url = text.partition("=")
    if not (host and equals and url.startswith(("http://", "https://"))):
        raise argparse.ArgumentTypeError(f"{text!r} is not HOSTNAME=BASE_URL")
    return host.rstrip("."), url


def _counted(text: str) -> tuple[str, int]:
    host, equals, port = text.partition("=")
    if not (host and equals and port.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not HOSTNAME=PORT")
    return host.rstrip("."), int(port)


def main() -> None:
    """Read the command line and serve. AWS is where AWS_ENDPOINT_URL says, Resource Manager where DAYZERO_ARM_ENDPOINT says."""
    parser = argparse.ArgumentParser(prog="python -m local.edge", description=__doc__)
    parser.add_argument("--listen", type=int, required=True, metavar="PORT")
    decides = parser.add_mutually_exclusive_group(required=True)
    decides.add_argument("--domain", help="whose weighted Route 53 records decide, such as orders.example.com")
    decides.add_argument("--profile", metavar="RESOURCE_ID", help="the Traffic Manager profile that decides")
    decides.add_argument("--alias", metavar="FUNCTION:ALIAS", help="the Lambda alias that decides; its versions are invoked")
    parser.add_argument("--origin", type=_origin, action="append", default=[], metavar="HOSTNAME=BASE_URL")
    counted = "an origin that is an HTTP API: its requests show in CloudWatch, also those that are sent to this port itself"
    parser.add_argument("--counted", type=_counted, action="append", default=[], metavar="HOSTNAME=PORT", help=counted)
    parser.add_argument("--route", action="append", default=[], metavar="KEY", help="of the API before --alias: GET /a/{b}")
    parser.add_argument("--ttl-floor", type=float, default=1.0, help="shortest time between two readings, in seconds")
    parser.add_argument("--names", type=int, metavar="PORT", help="answer look-ups of the clients' name there too, by UDP")
    parser.add_argument("--timeout", type=float, default=30.0, help="longest wait for an origin, in seconds")
    parser.add_argument("--seed", type=int, help="makes the choice of origins repeatable")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
