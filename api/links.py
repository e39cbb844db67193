"""Links that go with a run."""

import os
from urllib.parse import urlsplit

import azure.functions as func


def links(request: func.HttpRequest, run: str) -> dict[str, str]:
    """Our own doors for a run, absolute, on the host that the request came to; none holds a key."""
    base = f"{request.url.split('/api/', 1)[0]}/api/migrations/{run}"
    doors = ("manual", "report", "events", "pause", "resume", "abort", "retry")
    return {"status": base, **{door: f"{base}/{door}" for door in doors}, "approvals": f"{base}/approvals/{{gate}}"}


def public_url(request: func.HttpRequest | None = None) -> str:
    """The agent's address as people reach it: as the settings say, else as the request did, else as the platform names it."""
    set_to = os.environ.get("DAYZERO_PUBLIC_URL", "").rstrip("/")
    if set_to or request is None:
        return set_to or f"https://{os.environ.get('WEBSITE_HOSTNAME', 'localhost')}"
    parts = urlsplit(request.url)
    return f"{parts.scheme}://{parts.netloc}"
