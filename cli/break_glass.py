"""The verb for the day on which the agent is lost: failback by this machine, from the ledger alone.

Lives here: what is shown of it, and its exit codes. Never here: a deed; the steps do those. No other verb speaks to the clouds,
and no other loads their SDKs.
"""

from typing import Annotated, Any

import typer

from cli.app import print_json, print_json_line, verb
from cli.exits import Exit
from cli.failures import Failure
from cli.ledger_trouble import ledger_trouble
from cli.options import AsJson, By, Reason, person
from cli.words import clock

FromLedger = Annotated[
    str, typer.Option("--from-ledger", metavar="RUN", show_default=False, help="The run to bring back; its id in the ledger.")
]
Force = Annotated[bool, typer.Option("--force", help="Take the run from an orchestration that may be alive; needs --reason.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, line by line, and change nothing.")]
_SHOWN = 300
"""Characters of a before-state that are shown to people; --json shows all of it."""


@verb(example="dayzero failback --from-ledger orders-20261123 --dry-run")
def failback(
    from_ledger: FromLedger,
    force: Force = False,
    reason: Reason = "",
    dry_run: DryRun = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Bring a run back to AWS without the agent: by this machine, with the ledger and its own credentials.

    For the day on which the agent is lost; otherwise abort the run. It needs the agent's two settings that name the ledger, and
    roles on both clouds like the agent's. Ended in the middle, it goes on when it is called again.
    """
    if force and not reason.strip():
        raise Failure(Exit.USAGE, "--force needs a --reason.", "Say why the agent cannot do it; it is kept in the record")
    with ledger_trouble():
        from activities import by_hand
        from ledger.ledger import open_ledger

        ledger = open_ledger()
        run = ledger.runs.get(from_ledger)
        if dry_run:
            _preview(by_hand.preview(ledger, run), as_json)
            return
        session = by_hand.ByHand(ledger, run, person(by), lambda change: _show(change, as_json))
        try:
            session.take(reason.strip(), force=force)
            ended = session.go_back()
        except by_hand.Refused as refused:
            raise Failure(Exit.REFUSED, str(refused), refused.mend) from None
    if as_json:
        print_json_line({"run": from_ledger, **ended})
    else:
        typer.echo(f"Run {from_ledger} ended {ended['outcome']}: {ended['why']}")
    if ended["outcome"] != "failed-back":
        raise typer.Exit(int(Exit.NOT_MIGRATED))


def _preview(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    typer.echo(f"Run {found['run']} of {found['workload']} is {found['state']}. Nothing is changed now.")
    if found["refused"]:
        typer.echo(f"It would be refused: {found['refused']} {found['mend']}")
        return
    if found["taken_over_by"]:
        typer.echo(f"{found['taken_over_by']} has taken it over; a failback would go on with it.")
    if found["needs_force"]:
        typer.echo("Its orchestration may be alive: abort it, or use --force with --reason.")
    typer.echo(
        f"Last sign of life: {clock(found['last_sign_of_life'])}. {len(found['lines'])} lines would be undone, in this order:"
    )
    for line in found["lines"]:
        typer.echo(f"{line['seq']:>4} {line['name']} ({line['state']})")
        typer.echo(f"       does:     {line['does']}")
        if line["restores"]:
            text = str(line["restores"])
            typer.echo(f"       restores: {text[:_SHOWN]}{' ...' if len(text) > _SHOWN else ''}")
        typer.echo(f"       by hand:  {line['by_hand']}")
    typer.echo("Then the source is read and compared with its snapshot.")


def _show(change: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json_line(change)
        return
    where = f"step {change['line']} {change['name']}: " if change["line"] else ""
    told = f"waits for {change['text']}" if change["state"] == "waiting" else change["state"]
    typer.echo(where + told + (f": {change['text']}" if change["state"] == "undo-failed" else ""))
