"""The verb that deletes the dormant source of a run that has migrated, after its retention and with an approval of its own.

Lives here: what is shown, and its exit codes. Never here: a deed. It speaks to AWS with the credentials of whoever runs it: the
agent may delete nothing.
"""

from typing import Annotated, Any

import typer

from cli.app import print_json, verb
from cli.exits import Exit
from cli.failures import Failure
from cli.ledger_trouble import ledger_trouble
from cli.options import AsJson, By, Reason, Run, person
from cli.words import clock

Approve = Annotated[
    str, typer.Option("--approve", metavar="DIGEST", show_default=False, help="Delete what was shown with this digest.")
]


@verb(example="dayzero retire orders-20261123")
def retire(run: Run, approve: Approve = "", reason: Reason = "", by: By = None, as_json: AsJson = False) -> None:
    """Show what a retirement of the dormant source would delete; with --approve, delete it. State stores are never deleted.

    It needs the agent's two settings that name the ledger, and credentials for AWS that may delete; the agent is not needed.
    """
    with ledger_trouble():
        from activities import retirement
        from activities.by_hand import Refused
        from adapters.errors import AdapterError

        try:
            if not approve:
                _show(retirement.preview(run), as_json)
                return
            tell = (lambda _text: None) if as_json else typer.echo
            done = retirement.retire(run, approve, person(by), reason, tell)
        except Refused as refused:
            raise Failure(Exit.REFUSED, str(refused), refused.mend) from None
        except AdapterError as error:
            raise Failure(Exit.REFUSED, error.message, error.mend) from None
    if as_json:
        print_json(done)
    else:
        typer.echo(f"The source of {run} is retired; its stores are still there.")


def _show(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    if at := found["interrupted"]:
        typer.echo(
            f"A retirement that {at['who']} approved ({clock(at['at'])}) ended in the middle; this is what is left of it."
        )
    for kind, names in found["left"].items():
        typer.echo(f"would delete {kind}: {', '.join(names) or 'none'}")
    typer.echo(f"keeps: {', '.join([*found['kept'], *found['kept_functions']]) or 'nothing else'}")
    if found["due"]:
        typer.echo(f"kept at least until: {clock(found['due'])}")
    if found["refused"]:
        typer.echo(f"It would be refused now: {found['refused']} {found['mend']}")
    else:
        typer.echo(f"Approve with: dayzero retire {found['run']} --approve {found['digest']} --by NAME")
        typer.echo(f"NAME is one of: {', '.join(found['approvers'])}")
