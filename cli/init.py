"""The verb that begins a plan: a commented file in which everything is explained that a plan may say.

Lives here: the file, and that none is lost. Never here: what stands in it (`plan/scaffold.py`).
"""

import re
from pathlib import Path
from typing import Annotated, get_args

import typer
from pydantic import TypeAdapter, ValidationError

from cli.app import print_json, verb
from cli.exits import Exit
from cli.failures import Failure
from cli.options import AsJson
from cli.planfile import write_or_print
from plan.fields import WorkloadName
from plan.model import Strategy
from plan.scaffold import scaffold

NewFile = Annotated[str, typer.Argument(metavar="FILE", help="The file to write; - writes to standard output.")]
Workload = Annotated[str, typer.Option("--workload", metavar="NAME", help="Name of what moves together.")]
How = Annotated[Strategy, typer.Option("--strategy", metavar="STRATEGY", help=f"One of {', '.join(get_args(Strategy))}.")]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]


@verb(example="dayzero init plan.yaml --workload orders --strategy minimized-downtime")
def init(
    file: NewFile = "plan.yaml",
    workload: Workload = "orders",
    strategy: How = "planned-downtime",
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write a commented plan to begin with. It is valid once its variables have values; works without the agent."""
    try:
        TypeAdapter(WorkloadName).validate_python(workload)
    except ValidationError:
        mend = "Use 3 to 40 small letters, digits and hyphens, a letter first and no hyphen last"
        raise Failure(Exit.USAGE, f"{workload!r} is no name of a workload.", mend) from None
    if file != "-" and Path(file).exists() and not force:
        raise Failure(Exit.USAGE, f"{file} is there already.", "Name another file, or write over it with --force")
    text = scaffold(workload, strategy)
    missing = sorted(set(re.findall(r"\$\{([A-Z_0-9]+)\}", text)) - {"NAME"})
    if as_json:
        if file != "-":
            write_or_print(text, file)
        print_json({"file": file, "strategy": strategy, "variables": missing, **({"plan": text} if file == "-" else {})})
        return
    write_or_print(text, None if file == "-" else file)
    if file != "-":
        typer.echo(f"A plan for {strategy} is in {file}. Give values to: {', '.join(missing)}.")
        typer.echo(f"Then: dayzero validate {file}")
