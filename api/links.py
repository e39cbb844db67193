"""Links that go with a run."""

import azure.functions as func


def links(request: func.HttpRequest, run: str) -> dict[str, str]:
    """Our own doors for a run, absolute, on the host that the request came to; none holds a key."""
    base = f"{request.url.split('/api/', 1)[0]}/api/migrations/{run}"
    doors = ("manual", "report", "events", "pause", "resume", "abort", "retry")
    return {"status": base, **{door: f"{base}/{door}" for door in doors}, "approvals": f"{base}/approvals/{{gate}}"}
