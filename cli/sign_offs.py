"""The verb of those who sign a runbook off before Day 0: sign-off."""

from typing import Annotated

import typer

from cli.app import print_json, verb
from cli.doors import Doors
from cli.exits import Exit
from cli.failures import Failure
from cli.options import DEFAULT_URL, AsJson, By, Key, PlanFile, Reason, Url, Variables, person
from cli.planfile import read_plan

_SHORTEST = 12
"""Digits of a hash that nobody meets by chance and everybody can read from paper."""
Seen = Annotated[
    str,
    typer.Option(
        "--hash",
        metavar="HASH",
        show_default=False,
        help=f"Runbook hash on the cover of the manual that was read, its first {_SHORTEST} digits at least.",
    ),
]


@verb(example="dayzero sign-off plan.yaml --hash 3f2a9c51b07e --by 'Petra Product'", name="sign-off")
def sign_off(
    plan: PlanFile,
    seen: Seen,
    objects: Annotated[bool, typer.Option("--reject", help="Object instead; needs --reason.")] = False,
    reason: Reason = "",
    by: By = None,
    var: Variables = None,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Sign the manual of a plan before Day 0, so that the run need not wait at its gate sign-off.

    The signature is about this plan and this runbook: when either changes, sign anew.
    """
    body = {"plan": read_plan(plan, var).model_dump(mode="json")}
    with Doors(url, key) as doors:
        runbook = str(doors.post("plans", "validate", body=body)["runbook_hash"])
        if len(seen) < _SHORTEST or not runbook.startswith(seen.lower()):
            mend = f"Make the manual anew and read it (`dayzero manual {plan}`); then give the hash on its cover"
            raise Failure(Exit.REFUSED, f"The plan's runbook has the hash {runbook[:_SHORTEST]}..., not {seen}.", mend)
        decision = "reject" if objects else "approve"
        word = {"decision": decision, "by": person(by), "reason": reason, "runbook_hash": runbook}
        said = doors.post("plans", "sign-off", body=body | word)
    if as_json:
        print_json(said)
        return
    verdict = "objected to" if objects else "signed"
    typer.echo(f"{said['by']} {verdict} the runbook {runbook[:_SHORTEST]}.")
    if said["missing"]:
        typer.echo(f"Signatures that are still needed: {said['missing']}.")
