"""The command itself and how a verb joins it.

Lives here: what every verb shares (examples in its help, failures, JSON). Never here: a verb.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

import typer

from cli.failures import Failure, tell

app = typer.Typer(
    name="dayzero",
    help="Move a live AWS Lambda workload to Azure Functions, with people at the gates and a way back at every step.",
    epilog="Exit codes and every option: docs/cli.md. The plan: docs/plan.md.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals hold the function key
)


ledger = typer.Typer(name="ledger", help="Keep the record of a run outside its storage account.", no_args_is_help=True)
app.add_typer(ledger)


def verb(
    *, example: str, name: str | None = None, of: typer.Typer = app
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Makes a function a verb, of the command or of a group; its failures end the command with their exit code."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def told(*args: Any, **given: Any) -> None:
            try:
                function(*args, **given)
            except Failure as failure:
                if given.get("as_json"):
                    print_json(failure.as_json())
                else:
                    tell(failure)
                raise typer.Exit(int(failure.code)) from None

        of.command(name=name, epilog=f"Example: {example}")(told)
        return function

    return register


def print_json_line(document: object) -> None:
    """One JSON document in one line, at once: for those who follow."""
    typer.echo(json.dumps(document, ensure_ascii=False))


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
