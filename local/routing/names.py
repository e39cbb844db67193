"""A name server for the clients' name: each look-up is answered with one record, chosen by the weights of this moment.

It stands in for the name servers of Route 53 and of Traffic Manager. It listens on 127.0.0.1 only, by UDP.
Never here: what decides the weights; whoever makes it says how they are read.
"""

import asyncio
import ipaddress
import random
from typing import cast, override

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from local.routing.records import NoRecords, choose
from local.routing.resolver import Resolver


class Names(asyncio.DatagramProtocol):
    """Answers look-ups, whatever name is asked: it serves the name of one workload.

    Args:
        resolver: knows the records as they are; not as some client keeps them.
        chance: where the choice among records comes from.
    """

    def __init__(self, resolver: Resolver, chance: random.Random) -> None:
        self._resolver, self._chance = resolver, chance
        self._answering: set[asyncio.Task[None]] = set()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            query = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return  # no query, so nobody waits for an answer
        task = asyncio.get_running_loop().create_task(self._answer(query, addr))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, query: dns.message.Message, addr: tuple[str, int]) -> None:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        try:
            record = choose((await self._resolver.answer()).records, self._chance)
        except NoRecords:
            answer.set_rcode(dns.rcode.SERVFAIL)
        else:
            answer.answer.append(dns.rrset.from_text(query.question[0].name, record.ttl, "IN", *_data(record.value)))
        self._transport.sendto(answer.to_wire(), addr)


async def serve_names(port: int, resolver: Resolver, chance: random.Random) -> asyncio.BaseTransport:
    """Answer look-ups on that port until the transport is closed."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Names(resolver, chance), local_addr=("127.0.0.1", port))
    return transport


def _data(value: str) -> tuple[str, str]:
    """Type and text of a record's value."""
    try:
        return ("A" if ipaddress.ip_address(value).version == 4 else "AAAA"), value
    except ValueError:
        return "CNAME", value.rstrip(".") + "."
