"""Verbs that read what a run has recorded: report, events."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.app import print_json, verb
from cli.doors import Doors
from cli.options import DEFAULT_URL, AsJson, Key, Output, Run, Url
from cli.planfile import write_or_print
from cli.words import clock


class Format(StrEnum):
    """How a report is written."""

    MD = "md"
    JSON = "json"


@verb(example="dayzero report orders-20261123 -o report.md")
def report(
    run: Run,
    form: Annotated[
        Format, typer.Option("--format", "-f", metavar="md|json", help="Markdown for people, JSON for programs.")
    ] = Format.MD,
    output: Output = None,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Print the report of a run: outcome, timeline, downtime, evidence, decisions."""
    with Doors(url, key) as doors:
        text = doors.text("migrations", run, "report", format="json" if as_json else form.value)
    write_or_print(text, output)
    if output is not None and not as_json:
        typer.echo(f"The report is in {output}.")


@verb(example="dayzero events orders-20261123 --json")
def events(run: Run, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """List everything that happened in a run: decisions and messages, who and when."""
    with Doors(url, key) as doors:
        found = doors.get("migrations", run, "events")
    if as_json:
        print_json(found)
        return
    for event in found.get("events") or []:
        who = f" {event['who']}:" if event.get("who") else ""
        typer.echo(f"{clock(event.get('at'))} [{event.get('kind')}]{who} {event.get('text')}")
