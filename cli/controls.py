"""Verbs that control a run: pause, resume, abort, promote, retry."""

import typer

from cli.app import print_json, verb
from cli.doors import Doors
from cli.options import DEFAULT_URL, AsJson, By, Key, Reason, Run, Url, Why, person


@verb(example="dayzero pause orders-20261123 --reason 'checking the queue'")
def pause(run: Run, reason: Reason = "", by: By = None, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Hold a run before its next step."""
    _control("pause", run, reason, by, url, key, as_json, "pauses before its next step")


@verb(example="dayzero resume orders-20261123")
def resume(
    run: Run, reason: Reason = "", by: By = None, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False
) -> None:
    """Let a paused run go on."""
    _control("resume", run, reason, by, url, key, as_json, "goes on")


@verb(example="dayzero abort orders-20261123 --reason 'wrong package'")
def abort(run: Run, reason: Why, by: By = None, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """End a run: everything is undone and the workload is back on AWS."""
    _control("abort", run, reason, by, url, key, as_json, "fails back to AWS")


@verb(example="dayzero promote orders-20261123 --reason 'no traffic at night, checked by hand'")
def promote(run: Run, reason: Why, by: By = None, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Skip the rest of the bake that runs now."""
    _control("promote", run, reason, by, url, key, as_json, "does not bake any longer")


@verb(example="dayzero retry orders-20261123")
def retry(run: Run, reason: Reason = "", by: By = None, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Try again what a run in needs-operator has left over."""
    _control("retry", run, reason, by, url, key, as_json, "tries again what was left over")


def _control(action: str, run: str, reason: str, by: str | None, url: str, key: str, as_json: bool, outcome: str) -> None:
    with Doors(url, key) as doors:
        answer = doors.post("migrations", run, action, body={"by": person(by), "reason": reason})
    if as_json:
        print_json(answer)
    else:
        typer.echo(f"Run {run} {outcome}. See: dayzero status {run}")
