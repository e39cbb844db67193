"""One HTTP request to Azure and its answer, within the time that is left. Never here: what events of Lambda look like."""

import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

Headers = list[tuple[str, str]]
_PIECE = 256 * 1024
_OF_ONE_CONNECTION = {
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade",
}  # fmt: skip
"""RFC 9110, section 7.6.1: never forwarded."""
_NOT_TO_TARGET = _OF_ONE_CONNECTION | {"host", "content-length", "expect"}
_NOT_TO_CALLER = _OF_ONE_CONNECTION | {"content-length"}


@dataclass(frozen=True)
class Request:
    """What is sent: `path` begins with a slash and has the query; names of headers in lower case, in their order."""

    method: str
    path: str
    headers: Headers
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What came back; names of headers in lower case, each as often as it came."""

    status: int
    headers: Headers
    body: bytes


class NoAnswer(Exception):
    """There is no answer; `status` is what an HTTP caller gets: 502, or 504 when the time was over."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def send(base_url: str, request: Request, seconds: float) -> Answer:
    """Ask once, on a connection of its own: on a reused one, nobody could tell a lost request from a processed one.

    Args:
        base_url: scheme, host and port of the target.
        request: what to ask.
        seconds: for the whole of it, connecting included.

    Raises:
        NoAnswer: none within the time (504), or the connection failed or broke (502).
    """
    deadline = time.monotonic() + seconds
    target = urlsplit(base_url)
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    connection = kind(target.hostname or "", target.port, timeout=seconds)
    try:
        connection.putrequest(request.method, request.path, skip_accept_encoding=True)
        for name, value in request.headers:
            if name not in _NOT_TO_TARGET:
                connection.putheader(name, value.encode("latin-1", "replace"))
        if request.body or request.method in {"POST", "PUT", "PATCH"}:
            connection.putheader("content-length", str(len(request.body)))
        connection.endheaders(request.body or None)
        socket = connection.sock
        socket.settimeout(_left(deadline))
        response = connection.getresponse()
        pieces: list[bytes] = []
        while piece := response.read(_PIECE):
            pieces.append(piece)
            socket.settimeout(_left(deadline))
        kept = [(name.lower(), value) for name, value in response.getheaders() if name.lower() not in _NOT_TO_CALLER]
        return Answer(response.status, kept, b"".join(pieces))
    except TimeoutError as error:
        raise NoAnswer(504, "the target did not answer in time") from error
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(502, f"the target could not be asked ({type(error).__name__})") from error
    finally:
        connection.close()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
