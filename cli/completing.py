"""What a shell offers after a tab beside verbs and options: runs of the agent, and gates. Plan files the shell finds itself.

Lives here: asking, quickly and quietly. Never here: the shells' own scripts; typer has those.
"""

from typing import get_args

import httpx
import typer

from cli.doors import Doors
from cli.failures import Failure
from plan.people import GateName

PATIENCE = httpx.Timeout(3, connect=1)
"""Who has pressed a tab waits no longer; then nothing is offered."""


def runs(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Ids of runs with where they stand, newest first, from the agent of --url and --key or their variables."""
    try:
        with Doors(str(ctx.params.get("url")), str(ctx.params.get("key") or ""), PATIENCE) as doors:
            found = doors.get("migrations").get("migrations") or []
    except Failure:
        return []
    return [(one["run"], f"{one['workload']}, {one['state']}") for one in found if one["run"].startswith(incomplete)]


def gates(incomplete: str) -> list[str]:
    """Names of gates, in their order."""
    return [name for name in get_args(GateName) if name.startswith(incomplete)]
