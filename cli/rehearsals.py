"""Verbs of rehearsals: rehearse, confidence."""

from typing import Annotated, Any, get_args

import typer

from cli.app import print_json, print_json_line, verb
from cli.doors import Doors
from cli.exits import Exit
from cli.failures import Failure
from cli.options import DEFAULT_URL, AsJson, By, Interval, Key, PlanFile, Url, Variables, person
from cli.planfile import read_plan
from cli.rehearsing import Rehearsing
from cli.words import span
from plan.model import Strategy

Cell = dict[str, Any]
Strategies = Annotated[
    list[str] | None, typer.Option("--strategy", help="Rehearse this strategy instead of the plan's; may be given often.")
]


@verb(example="dayzero rehearse preproduction.yaml --step copy_state --mode error-after")
def rehearse(
    plan: PlanFile,
    strategy: Strategies = None,
    step: Annotated[str | None, typer.Option("--step", help="Only at this step.")] = None,
    mode: Annotated[list[str] | None, typer.Option("--mode", help="Only this way to fail; may be given often.")] = None,
    together: Annotated[
        bool, typer.Option("--together", help="Meet the failures that pass by themselves in one run, step by step.")
    ] = False,
    finalize: Annotated[
        bool, typer.Option("--finalize", help="Approve the last gate, too, and break what follows; it cannot be undone.")
    ] = False,
    most: Annotated[int | None, typer.Option("--most", min=1, help="So many runs, what was never rehearsed first.")] = None,
    run: Annotated[str | None, typer.Option("--run", help="Id for the run, if it is one.")] = None,
    linger: Annotated[float, typer.Option("--linger", min=0, help="Seconds for which each gate is left open.")] = 0.0,
    held: Annotated[
        float, typer.Option("--held", min=0, help="Seconds for which a gate may be held before the run is sent back.")
    ] = 180.0,
    patience: Annotated[float, typer.Option("--patience", min=1, help="Seconds after which a rehearsal is aborted.")] = 900.0,
    by: By = None,
    var: Variables = None,
    interval: Interval = 1.0,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Run the runbook for real and break something on purpose, in each cell something else; in a rehearsal environment only.

    Gates are approved as --by; at `finalize` the run is sent back, so that the environment can be used again, and so it is at a
    gate that stays held.
    """
    read, wrong = read_plan(plan, var).model_dump(mode="json"), 0
    with Doors(url, key) as doors:
        rehearsing = Rehearsing(doors, person(by), interval, patience, linger, finalize, held)
        chosen = [(one, _cells(doors, one, step, mode, finalize)) for one in _variants(read, strategy)]
        for one, cells in _runs(chosen, together, most):
            for found in rehearsing.rehearse(one, cells, run):
                wrong += not found["right"]
                if as_json:
                    print_json_line(found)
                else:
                    typer.echo(_told(found))
    if wrong:
        raise typer.Exit(int(Exit.NOT_MIGRATED))


@verb(example="dayzero confidence plan.yaml")
def confidence(plan: PlanFile, var: Variables = None, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Tell which failures were rehearsed, how long ago, and which never were."""
    with Doors(url, key) as doors:
        found = doors.post("rehearsals", "cells", body={"plan": read_plan(plan, var).model_dump(mode="json")})
    if as_json:
        print_json(found)
        return
    counts = found["counts"]
    done = f"{counts['rehearsed']} of {counts['cells']} cells rehearsed, {counts['wrong']} ended wrongly"
    typer.echo(f"{found['strategy']}: {done}.")
    for cell in found["cells"]:
        last = cell["last"]
        told = f"{last['outcome']}, {span(last['age_seconds'])} ago ({last['run']})" if last else "never"
        typer.echo(f"  {cell['step']}  {cell['mode']}: {told}" + ("" if last is None or last["right"] else "  WRONG"))
    for one in found["not_here"]:
        typer.echo(f"  {one['mode']}: cannot be rehearsed, because {one['because']}; found by {one['found_by']}")


def _variants(plan: dict[str, Any], strategies: list[str] | None) -> list[dict[str, Any]]:
    known = get_args(Strategy)
    for name in strategies or []:
        if name not in known:
            raise Failure(Exit.USAGE, f"There is no strategy {name!r}.", f"Use one of: {', '.join(known)}")
    return [plan | {"strategy": name} for name in strategies] if strategies else [plan]


def _cells(doors: Doors, plan: dict[str, Any], step: str | None, modes: list[str] | None, finalize: bool) -> list[Cell]:
    """The wished cells; those of one step in the order in which their modes were named."""
    found: list[Cell] = doors.post("rehearsals", "cells", body={"plan": plan})["cells"]
    there = [cell for cell in found if step in (None, cell["step"]) and (finalize or not cell["final"])]
    return [cell for mode in modes for cell in there if cell["mode"] == mode] if modes else there


def _runs(
    chosen: list[tuple[dict[str, Any], list[Cell]]], together: bool, most: int | None
) -> list[tuple[dict[str, Any], list[Cell]]]:
    """Plan and cells of each run; those never rehearsed first."""
    if together:
        runs = [(plan, [cell for cell in cells if cell["passes"]]) for plan, cells in chosen]
    else:
        alone = [(plan, [cell]) for plan, cells in chosen for cell in cells]
        runs = sorted(alone, key=lambda run: run[1][0]["last"] is not None)
    if not any(cells for _, cells in runs):
        raise Failure(Exit.USAGE, "No cell is like that.", "`dayzero confidence PLAN` lists the cells")
    return [run for run in runs if run[1]][:most]


def _told(found: dict[str, Any]) -> str:
    struck = f"struck {found['where']}" if found["struck"] else "struck nothing"
    safe = f", safe after {span(found['seconds_to_safety'])}" if found["seconds_to_safety"] is not None else ""
    end = "right" if found["right"] else "WRONG: expected " + " or ".join(found["expected"]) + f"; {found['why']}"
    return f"{found['strategy']} {found['step']} {found['mode']}: {found['outcome']}{safe}; {struck}; {end}"
