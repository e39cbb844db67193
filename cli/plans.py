"""Verbs about plans: validate, schema, manual."""

from enum import StrEnum
from typing import Annotated, cast

import typer

from cli.app import print_json, verb
from cli.doors import Doors
from cli.exits import Exit
from cli.failures import Failure
from cli.options import DEFAULT_URL, AsJson, Key, Output, PlanFile, Remote, Url, Variables
from cli.pdf import print_to_pdf
from cli.planfile import read_plan, write_or_print
from plan.hash import plan_hash
from plan.schema import schema_text


class Format(StrEnum):
    """How a manual is written."""

    MARKDOWN = "markdown"
    HTML = "html"
    PDF = "pdf"


ManualFormat = Annotated[
    Format, typer.Option("--format", help="markdown, html (one page to print), or pdf (needs Chromium and -o).")
]


@verb(example="dayzero validate plan.yaml --var SHARDS=8")
def validate(
    plan: PlanFile,
    var: Variables = None,
    remote: Remote = False,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Check a plan: every problem with its line and how to mend it. Works without the agent."""
    checked = read_plan(plan, var)
    result: dict[str, object] = {
        "valid": True,
        "workload": checked.workload,
        "strategy": checked.strategy,
        "plan_hash": plan_hash(checked),
    }
    if remote:
        with Doors(url, key) as doors:
            result |= doors.post("plans", "validate", body={"plan": checked.model_dump(mode="json")})
    if as_json:
        print_json(result)
        return
    moving = (
        f"{len(checked.source.functions)} functions, {len(checked.state.stores)} stores, {len(checked.state.queues)} queues"
    )
    typer.echo(f"{plan} is valid: {checked.workload}, {checked.strategy}, {moving}.")
    typer.echo(f"Hash of the plan: {result['plan_hash']}")
    if sinks := result.get("sinks"):
        _show_sinks(cast(list[dict[str, str]], sinks))


def _show_sinks(sinks: list[dict[str, str]]) -> None:
    """Whom the agent could tell, by its settings."""
    for sink in sinks:
        typer.echo(f"Sink {sink['name']}: " + (f"NOT READY, {sink['why']}" if sink["why"] else "its settings are there"))


@verb(example="dayzero test-notices plan.yaml", name="test-notices")
def test_notices(plan: PlanFile, var: Variables = None, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Send a test to everybody whom the plan wants to be told; a sink that is not reached is an error, with the reason."""
    checked = read_plan(plan, var)
    with Doors(url, key) as doors:
        found = doors.post("notices", "test", body={"plan": checked.model_dump(mode="json")})
    missed = [f"{one['name']}: {one['why']}" for one in found["sinks"] if not one["taken"]]
    if missed:
        mend = "Correct the agent's settings or the receiver, then test again"
        raise Failure(
            Exit.REFUSED, f"{len(missed)} of {len(found['sinks'])} sinks were not reached: {'; '.join(missed)}.", mend
        )
    if as_json:
        print_json(found)
    else:
        names = ", ".join(one["name"] for one in found["sinks"])
        typer.echo(f"A test was sent to: {names}." if names else "The plan names nobody who is told: it has no `notices`.")


@verb(example="dayzero schema -o plan.schema.json")
def schema(output: Output = None, as_json: AsJson = False) -> None:  # noqa: ARG001 - the schema is JSON in any case
    """Print the JSON Schema of plans, for editors."""
    write_or_print(schema_text(), output)


@verb(example="dayzero manual plan.yaml --format html -o manual.html")
def manual(
    plan: PlanFile,
    var: Variables = None,
    kind: ManualFormat = Format.MARKDOWN,
    output: Output = None,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Print the manual of a plan: every step that would run, in order, with its owner, its check and its way back."""
    checked = read_plan(plan, var)
    if kind is Format.PDF and (output is None or as_json):
        raise Failure(Exit.USAGE, "A PDF goes into a file.", "Name it with -o manual.pdf, without --json")
    query = {} if kind is Format.MARKDOWN else {"format": "html"}
    with Doors(url, key) as doors:
        text = doors.post_for_text("plans", "manual", body={"plan": checked.model_dump(mode="json")}, **query)
    if kind is Format.PDF and output is not None:
        print_to_pdf(text, output)
        typer.echo(f"The manual is in {output}.")
    elif as_json:
        print_json({"plan_hash": plan_hash(checked), "manual": text})
    else:
        write_or_print(text, output)
        if output is not None:
            typer.echo(f"The manual is in {output}.")
