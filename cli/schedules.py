"""Verbs about schedules: translate."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.app import print_json, verb
from cli.exits import Exit
from cli.failures import Failure
from cli.options import AsJson
from plan.cron import ncrontab_firings
from plan.moments import Untranslatable
from plan.translate import translate as translated

_SHOWN = 5


@verb(example="dayzero translate 'cron(0 2 * * ? *)'")
def translate(
    expression: Annotated[
        str, typer.Argument(metavar="EXPRESSION", help="As EventBridge has it: cron(...), rate(...) or at(...).")
    ],
    as_json: AsJson = False,
) -> None:
    """Turn the schedule of a rule into the NCRONTAB expression of an Azure timer, or say why that cannot be."""
    now = datetime.now(UTC)
    try:
        found = translated(expression, now)
        firings = [it.isoformat() for it in ncrontab_firings(found.ncrontab, now, _SHOWN)]
    except Untranslatable as error:
        raise Failure(Exit.USAGE, str(error), error.mend) from None
    if as_json:
        period = found.period.total_seconds() if found.period else None
        print_json({"ncrontab": found.ncrontab, "period_seconds": period, "note": found.note, "next": firings})
        return
    typer.echo(found.ncrontab)
    if found.note:
        typer.echo(f"Note: {found.note}.")
    typer.echo(f"Next firings of the timer: {', '.join(firings)}")
