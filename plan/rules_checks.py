"""Probes that can be asked safely and leave nothing behind."""

import json
import re
from collections.abc import Iterator

from plan.checks import Probe
from plan.model import Plan
from plan.problems import Finding, Path

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SAFE = {"GET", "HEAD"}


def check_probes(plan: Plan) -> Iterator[Finding]:
    """The health check changes nothing; what validation creates is cleaned up; paths and statuses can exist."""
    checks = plan.checks
    if checks.health.method not in _SAFE:
        what = f"{checks.health.method} may change something, and clients' traffic depends on this check"
        yield Finding(("checks", "health", "method"), what, "Use GET or HEAD")
    if not checks.cleanup and any(probe.method not in _SAFE for probe in checks.validation):
        yield Finding(
            ("checks", "cleanup"), "validation writes, and nothing removes what it wrote", "Add a request, such as a DELETE"
        )
    yield from _probe(checks.health, ("checks", "health"))
    for index, probe in enumerate(checks.validation):
        yield from _probe(probe, ("checks", "validation", index))
    for index, probe in enumerate(checks.cleanup):
        yield from _probe(probe, ("checks", "cleanup", index))


def _probe(probe: Probe, path: Path) -> Iterator[Finding]:
    if probe.path.startswith("//") or any(character.isspace() for character in probe.path):
        yield Finding((*path, "path"), f"{probe.path!r} is not a path", "Write it like /orders/canary-{run}")
    for where, text in (("path", probe.path), ("body", json.dumps(probe.body)), ("expect", json.dumps(probe.expect))):
        for name in set(_PLACEHOLDER.findall(text)) - {"run"}:
            yield Finding((*path, where), f"{{{name}}} stands for nothing", "Use {run}, the id of the run")
    if not probe.status:
        yield Finding((*path, "status"), "no status counts as a good answer", "List the statuses, such as [200]")
    for index, status in enumerate(probe.status):
        if not 100 <= status <= 599:
            yield Finding((*path, "status", index), f"{status} is no HTTP status", "Use 100 to 599")
    if probe.body is not None and probe.method in _SAFE:
        yield Finding((*path, "body"), f"a {probe.method} request has no body", "Remove the body, or use POST")
    if probe.method == "HEAD" and probe.expect:
        yield Finding((*path, "expect"), "a HEAD answer has no fields", "Use GET")
