"""Verbs of the people at the gates: approve, reject, link."""

from typing import Annotated

import typer

from cli.app import print_json, verb
from cli.doors import Document, Doors
from cli.options import DEFAULT_URL, AsJson, By, GateName, Key, Reason, Run, Url, Why, person


@verb(example="dayzero approve orders-20261123 cutover --by 'Lena Lead'")
def approve(
    run: Run,
    gate: GateName,
    reason: Reason = "",
    accept_exceptions: Annotated[
        int, typer.Option("--accept-exceptions", min=0, help="Accept up to that many items that differ and are still open.")
    ] = 0,
    by: By = None,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Let a run go on at a gate. The approval names the runbook that is running."""
    _decide("approve", run, gate, reason, person(by), url, key, as_json, accept_exceptions)


@verb(example="dayzero reject orders-20261123 cutover --reason 'validation is red'")
def reject(
    run: Run, gate: GateName, reason: Why, by: By = None, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False
) -> None:
    """Refuse a gate: the run fails back."""
    _decide("reject", run, gate, reason, person(by), url, key, as_json)


@verb(example="dayzero link orders-20261123 cutover --for 'Petra Product' --minutes 60")
def link(
    run: Run,
    gate: GateName,
    whom: Annotated[str, typer.Option("--for", metavar="NAME", help="For this person; otherwise for all who may decide.")] = "",
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=10_080, help="How long the link may be used.")] = 1440,
    by: By = None,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Make signed links to a gate: one person, one use. Whoever has a link decides as that person: send it to nobody else."""
    body: Document = {"minutes": minutes, "by": person(by)} | ({"for": whom} if whom else {})
    with Doors(url, key) as doors:
        made = doors.post("migrations", run, "approvals", gate, "links", body=body)
    if as_json:
        print_json(made)
        return
    for one in made["links"]:
        typer.echo(f"{one['for']} (until {one['expires']}):\n{one['url']}")


def _decide(
    decision: str, run: str, gate: str, reason: str, by: str, url: str, key: str, as_json: bool, accept_exceptions: int = 0
) -> None:
    with Doors(url, key) as doors:
        shown = doors.get("migrations", run)
        body: Document = {"decision": decision, "by": by, "reason": reason, "runbook_hash": shown.get("runbook_hash")}
        body |= {"accept_exceptions": accept_exceptions} if accept_exceptions else {}
        answer = doors.post("migrations", run, "approvals", gate, body=body)
    if as_json:
        print_json(answer)
    else:
        word = "approved" if decision == "approve" else "rejected"
        typer.echo(f"{by} {word} {gate} of {run} (runbook {str(shown.get('runbook_hash') or '')[:12]}).")
