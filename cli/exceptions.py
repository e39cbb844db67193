"""Verbs about items that differ between both sides: exceptions, accept."""

from typing import Annotated

import typer

from cli.app import print_json, verb
from cli.doors import Doors
from cli.options import DEFAULT_URL, AsJson, By, Key, Run, Url, Why, person


@verb(example="dayzero exceptions orders-20261123")
def exceptions(run: Run, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """List items that differ between both sides, and what was decided about each."""
    with Doors(url, key) as doors:
        found = doors.get("migrations", run, "exceptions")
    if as_json:
        print_json(found)
        return
    for one in found["exceptions"]:
        decided = f" by {one['by']} ({one['why']})" if one["by"] else ""
        typer.echo(f"{one['id']} {one['store']} {one['key']}: {one['reason']}; {one['decision']}{decided}")
    if not found["exceptions"]:
        typer.echo("Nothing differs that people would have to decide about.")


@verb(example="dayzero accept orders-20261123 0f3a... --reason 'a test order' --by 'Lena Lead'")
def accept(
    run: Run,
    exception: Annotated[str, typer.Argument(metavar="ID", help="Id of the exception; `dayzero exceptions` shows them.")],
    reason: Why,
    by: By = None,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Accept that one item differs. If it changes afterwards, it has to be decided about again."""
    body = {"by": person(by), "reason": reason}
    with Doors(url, key) as doors:
        done = doors.post("migrations", run, "exceptions", exception, body=body)
    if as_json:
        print_json(done)
    else:
        typer.echo(f"{done['exception']['by']} accepted {done['exception']['store']} {done['exception']['key']} of {run}.")
