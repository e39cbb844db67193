"""What the name servers of a zone answer to clients, asked again and again: no resolver's memory lies in between.

A resolver gives all its clients one answer until that has run out, so asking it often shows one answer. The zone's own name
servers choose for each look-up.
Never here: what a record should say, and which answer leads to which side.
Source: RFC 1034, section 4.3; AWS re:Post, "How can I troubleshoot issues with my weighted routing policy in Route 53?".
"""

import ipaddress
import socket
from collections.abc import Sequence

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver

from adapters.errors import AdapterError
from adapters.routers.sampling import sampled

_SECONDS = 2.0
"""For one look-up."""
_TRIES = 3
_PORT = 53
_MEND = "Let the agent reach port 53 of these servers by UDP, or name others in DAYZERO_NAME_SERVERS."


def authoritative(name: str) -> list[str]:
    """Host names of the name servers of the zone that a name lies in, as the resolver of this machine says.

    Raises:
        AdapterError: `unreachable` without an answer.
    """
    try:
        zone = dns.resolver.zone_for_name(name)
        return sorted(str(server.target) for server in dns.resolver.resolve(zone, "NS"))
    except (dns.exception.DNSException, OSError) as error:
        what = f"nobody says which name servers {name} has ({type(error).__name__})"
        raise AdapterError("unreachable", what, "Let the agent resolve names, or set DAYZERO_NAME_SERVERS.") from error


def answers(servers: Sequence[str], name: str, type: str, samples: int) -> list[frozenset[str]]:
    """The values of that name in each of so many look-ups, as `comparable` writes them.

    Args:
        servers: host names or addresses, with `:port` where it is not 53; asked in turn.
        name: what is looked up.
        type: such as `CNAME`.
        samples: number of look-ups; a few are under way at a time.

    Raises:
        AdapterError: `unreachable` when a look-up got no answer from three servers; `not-found` when the name has no value.
    """
    places = _places(servers)

    def one(number: int) -> frozenset[str]:
        query = dns.message.make_query(name, type)
        problem: Exception | str = "nothing"
        for attempt in range(_TRIES):
            host, port = places[(number + attempt) % len(places)]
            try:
                answer, _ = dns.query.udp_with_fallback(query, host, timeout=_SECONDS, port=port)
            except (dns.exception.DNSException, OSError) as error:
                problem = error
                continue
            if answer.rcode() in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
                return _values(answer, query)
            problem = dns.rcode.to_text(answer.rcode())
        what = f"{', '.join(servers)}: no answer for {name} {type} ({problem!r})"
        raise AdapterError("unreachable", what, _MEND)

    found = sampled(one, samples)
    if not all(found):
        what = f"{', '.join(servers)}: {name} has no {type} for some clients"
        raise AdapterError("not-found", what, "Look at the records of this name, and at their health checks.")
    return found


def comparable(value: str) -> str:
    """A value of a record as `answers` gives it: an address in its short form, a name in small letters without a final dot."""
    try:
        return str(ipaddress.ip_address(value.strip()))
    except ValueError:
        return value.strip().rstrip(".").lower()


def _values(answer: dns.message.Message, query: dns.message.Message) -> frozenset[str]:
    """Of the name itself: what was asked for, or the other name that it stands for."""
    asked = query.question[0]
    types = {asked.rdtype, dns.rdatatype.CNAME}
    ours = [found for found in answer.answer if found.name == asked.name and found.rdtype in types]
    return frozenset(comparable(value.to_text()) for found in ours for value in found)


def _places(servers: Sequence[str]) -> list[tuple[str, int]]:
    """Address and port of each server."""
    found: list[tuple[str, int]] = []
    for server in servers:
        host, colon, port = server.rpartition(":")
        host, number = (host, int(port)) if colon and port.isdecimal() and host.count(":") == 0 else (server, _PORT)
        try:
            found.append((str(socket.getaddrinfo(host.rstrip("."), number, type=socket.SOCK_DGRAM)[0][4][0]), number))
        except OSError:
            continue
    if not found:
        raise AdapterError("unreachable", f"none of the name servers {', '.join(servers)} has an address", _MEND)
    return found
