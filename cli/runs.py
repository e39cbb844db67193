"""Verbs that start runs and look at them: start, list, status."""

import uuid
from typing import Annotated, get_args

import typer

from cli.app import print_json, verb
from cli.doors import Doors
from cli.exits import Exit
from cli.failures import Failure
from cli.options import DEFAULT_URL, AsJson, By, Interval, Key, Patience, PlanFile, Run, Url, Variables, Watch, person
from cli.planfile import read_plan
from cli.table import console, run_table, runs_table, wave_line
from cli.watch import Watcher
from plan.people import GateName

Yes = Annotated[
    list[str] | None,
    typer.Option(
        "--yes", metavar="GATE[=NAME]", help="Approve this gate (or all) when it is reached, as NAME or --by; implies --watch."
    ),
]
Ask = Annotated[bool, typer.Option("--ask", help="Ask here at every gate that is reached, as --by; implies --watch.")]
_GATES = {"all", *get_args(GateName)}


@verb(example="dayzero start plan.yaml --watch --by 'Lena Lead' --yes open-window")
def start(
    plan: PlanFile,
    run: Annotated[
        str | None,
        typer.Option("--run", help="Id for the run; starting it again resumes it.", show_default="given by the agent"),
    ] = None,
    watch: Watch = False,
    yes: Yes = None,
    ask: Ask = False,
    by: By = None,
    var: Variables = None,
    interval: Interval = 2.0,
    patience: Patience = 60.0,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Start a migration. It waits at its gates for people."""
    approvals = _approvals(yes or [], by)
    checked = read_plan(plan, var)
    body = {"plan": checked.model_dump(mode="json"), "by": person(by)} | ({"run": run} if run else {})
    with Doors(url, key) as doors:
        started = doors.post("migrations", body=body, repeat=str(uuid.uuid4()))
        if as_json and not (watch or yes or ask):
            print_json(started)
            return
        if not as_json:
            typer.echo(f"Run {started['run']} of {checked.workload} has started ({checked.strategy}).")
        if watch or yes or ask:
            Watcher(doors, started["run"], approvals, person(by) if ask else None, interval, patience, as_json).watch()
        else:
            typer.echo(f"Watch it with: dayzero status {started['run']} --watch")


@verb(name="list", example="dayzero list --wave night-1")
def list_runs(
    wave: Annotated[str | None, typer.Option("--wave", metavar="NAME", help="Only the runs of this wave.")] = None,
    page: Annotated[str | None, typer.Option("--next", metavar="TOKEN", help="Go on where the last list ended.")] = None,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """List the runs, newest first, and how each wave of them stands."""
    with Doors(url, key) as doors:
        found = doors.get("migrations", **{name: given for name, given in (("wave", wave), ("next", page)) if given})
    if as_json:
        print_json(found)
        return
    runs = found.get("migrations") or []
    if runs:
        for one in found.get("waves") or []:
            typer.echo(wave_line(one))
        console().print(runs_table(runs))
    elif wave:
        typer.echo(f"No run of wave {wave}. A run belongs to the wave that its plan names in the field `wave`.")
    else:
        typer.echo("No run yet. Start one with: dayzero start PLAN")
    if found.get("next"):
        typer.echo(f"There are more: dayzero list --next {found['next']}")


@verb(example="dayzero status orders-20261123 --watch")
def status(
    run: Run,
    watch: Watch = False,
    ask: Ask = False,
    by: By = None,
    interval: Interval = 2.0,
    patience: Patience = 60.0,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Show a run: every step, what is waited for, where clients are, how long the workload was down."""
    with Doors(url, key) as doors:
        if watch or ask:
            Watcher(doors, run, {}, person(by) if ask else None, interval, patience, as_json).watch()
            return
        found = doors.get("migrations", run)
    if as_json:
        print_json(found)
    else:
        console().print(run_table(found))


def _approvals(yes: list[str], by: str | None) -> dict[str, str]:
    """Who approves which gate in advance."""
    found = {}
    for given in yes:
        gate, _, name = given.partition("=")
        if gate not in _GATES:
            raise Failure(Exit.USAGE, f"There is no gate {gate!r}.", f"Use one of: {', '.join(sorted(_GATES))}")
        found[gate] = name or person(by)
    return found
