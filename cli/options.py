"""Options and arguments that several verbs share."""

import getpass
import os
from typing import Annotated

import typer

from cli import completing

PlanFile = Annotated[str, typer.Argument(metavar="PLAN", help="Plan file (YAML or JSON); - reads standard input.")]
Run = Annotated[
    str,
    typer.Argument(metavar="RUN", help="Id of the run; `dayzero list` shows them.", autocompletion=completing.runs),
]
GateName = Annotated[
    str,
    typer.Argument(
        metavar="GATE",
        help="Name of the gate: sign-off, open-window, cutover or finalize.",
        autocompletion=completing.gates,
    ),
]
Url = Annotated[str, typer.Option("--url", envvar="DAYZERO_URL", help="Address of the agent's function app.")]
Key = Annotated[
    str,
    typer.Option(
        "--key",
        envvar="DAYZERO_KEY",
        show_default=False,
        help="Function key; the variable keeps it out of the shell's history.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, for programs.")]
By = Annotated[
    str | None,
    typer.Option(
        "--by", envvar="DAYZERO_BY", show_default="name of the login", help="Who decides: the name of an owner in the plan."
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept in the record.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it is kept in the record.", show_default=False)]
Variables = Annotated[
    list[str] | None,
    typer.Option("--var", metavar="NAME=VALUE", help="Value for ${NAME} in the plan; wins over the environment."),
]
Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file instead of standard output.")
]
Watch = Annotated[
    bool, typer.Option("--watch", "-w", help="Stay and show progress until the run has ended; Ctrl-C leaves it running.")
]
Remote = Annotated[bool, typer.Option("--remote", help="Ask the agent too: it may run another version.")]
Interval = Annotated[float, typer.Option("--interval", min=0.05, help="Seconds between two looks while watching.")]
Patience = Annotated[float, typer.Option("--patience", min=0, help="Seconds without an answer after which watching ends.")]

DEFAULT_URL = "http://localhost:7071"


def person(by: str | None) -> str:
    """The name that a decision is recorded with."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return os.environ.get("HOSTNAME", "unknown")
