"""Requests of the parity check that are safe and can be made."""

from collections.abc import Iterator

from plan.model import Plan
from plan.problems import Finding, Path
from plan.secrecy import is_secret_name

_SAFE = {"GET", "HEAD"}


def check_parity(plan: Plan) -> Iterator[Finding]:
    """What is not safe is confirmed, nothing secret is sent, and AWS can be asked."""
    parity = plan.checks.parity
    for index, request in enumerate(parity.requests):
        path: Path = ("checks", "parity", "requests", index)
        if request.method not in _SAFE and not request.mirror:
            what = f"{request.method} may change something, and it would be made on both sides, more than once"
            yield Finding((*path, "method"), what, "Use GET or HEAD, or confirm with mirror: true")
        if request.body is not None and request.method in _SAFE:
            yield Finding((*path, "body"), f"a {request.method} request has no body", "Remove the body, or use POST")
        for name in request.headers:
            if is_secret_name(name) or name.lower() in {"authorization", "cookie"}:
                what = f"{name} holds a secret, and plans are stored and printed"
                yield Finding((*path, "headers", name), what, "Compare requests that need none")
    triggers = {trigger.type for function in plan.source.functions for trigger in function.triggers}
    asked = parity.requests or parity.samples or parity.canary
    if asked and plan.checks.source is None and "http" not in triggers:
        what = "nobody knows where AWS answers: there is no HTTP trigger"
        yield Finding(("checks", "source"), what, "Give checks.source, or remove checks.parity")
    if parity.canary and not (plan.checks.validation and plan.checks.cleanup):
        what = "there is no canary: checks.validation or checks.cleanup is empty"
        yield Finding(("checks", "parity", "canary"), what, "Add them, or remove canary")
