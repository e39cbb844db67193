"""Links that go with a run."""

from urllib.parse import urlsplit

import azure.functions as func

from approvals.address import public_address


def links(request: func.HttpRequest, run: str) -> dict[str, str]:
    """Our own doors for a run, absolute, on the host that the request came to; none holds a key."""
    base = f"{request.url.split('/api/', 1)[0]}/api/migrations/{run}"
    doors = ("manual", "report", "events", "pause", "resume", "abort", "retry")
    return {"status": base, **{door: f"{base}/{door}" for door in doors}, "approvals": f"{base}/approvals/{{gate}}"}


def public_url(request: func.HttpRequest) -> str:
    """The agent's address as people reach it: as the settings say, else as the request did."""
    parts = urlsplit(request.url)
    return public_address(f"{parts.scheme}://{parts.netloc}")
