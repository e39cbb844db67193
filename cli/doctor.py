"""The verb that looks whether this machine is ready: the agent, its key, versions, credentials, the ledger.

Lives here: the order of the checks, how they are shown, the exit code. Never here: a check (`checkups.py`).
"""

from collections.abc import Callable
from typing import Annotated

import typer

from cli import checkups
from cli.app import print_json, verb
from cli.checkups import Check
from cli.exits import Exit
from cli.options import DEFAULT_URL, AsJson, Key, Url, Variables
from cli.planfile import read_plan

OfPlan = Annotated[
    str | None, typer.Option("--plan", metavar="PLAN", help="Look at accounts and permissions that this plan needs, too.")
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Count warnings as failures: for machines that must do without the agent.")
]
_SIGNS = {"ok": "ok     ", "warning": "warning", "failed": "FAILED ", "skipped": "skipped"}


@verb(example="dayzero doctor --plan plan.yaml")
def doctor(
    plan: OfPlan = None,
    var: Variables = None,
    strict: Strict = False,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Check this machine before Day 0: the agent and its key, versions, credentials of both clouds, the ledger.

    One line a check, with what to do next; nothing is changed. It ends with the exit code of the first failure: 4 if the agent
    or the ledger does not answer, 3 if the key is refused, 2 if a setting is wrong, 1 otherwise; warnings end with 0.
    """
    checked = read_plan(plan, var) if plan else None
    found: list[Check] = []
    looks: tuple[Callable[[], list[Check]], ...] = (
        lambda: [checkups.python()],
        lambda: checkups.agent(url, key),
        lambda: checkups.aws(checked),
        lambda: checkups.azure(checked),
        lambda: [checkups.ledger()],
    )
    for look in looks:
        for check in look():
            found.append(check)
            if not as_json:
                _show(check)
    failed = [check.exit for check in found if check.state == "failed"]
    failed += [Exit.REFUSED for check in found if strict and check.state == "warning"]
    if as_json:
        print_json({"ready": not failed, "version": checkups.own_version(), "checks": [check.as_json() for check in found]})
    if failed:
        raise typer.Exit(int(failed[0]))


def _show(check: Check) -> None:
    typer.echo(f"{_SIGNS[check.state]} {check.name}: {check.found}")
    if check.mend:
        typer.echo(f"        What to do: {check.mend}")
