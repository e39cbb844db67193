"""What `dayzero doctor` looks at: one function a check, none of which changes anything.

Lives here: the questions, and what to do about each answer. Never here: how they are shown (`doctor.py`). SDKs are loaded only
when a check needs one.
"""

import logging
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

from cli.doors import Doors
from cli.exits import Exit
from cli.failures import Failure
from plan.model import Plan

State = Literal["ok", "warning", "failed", "skipped"]
OLDEST = (3, 13)
"""Python that dayzero needs (pyproject.toml)."""
_LATER = "needed on this machine only for `dayzero failback --from-ledger` and `dayzero retire`"

_SIGN_IN = {
    "aws": "Sign in with `aws sso login`, or name a profile that works in AWS_PROFILE",
    "azure": "Sign in with `az login`, to the tenant of the target's subscription",
}
"""What a person does; the adapters' own words are for the agent."""


@dataclass(frozen=True)
class Check:
    """What one look found; `mend` says what to do next, `exit` is the exit code that a failure stands for."""

    name: str
    state: State
    found: str
    mend: str = ""
    exit: Exit = Exit.OK

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {name: value for name, value in asdict(self).items() if name != "exit"}


def python() -> Check:
    """The interpreter."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST:
        return Check("python", "failed", found, f"Install Python {'.'.join(map(str, OLDEST))} or later", Exit.REFUSED)
    return Check("python", "ok", found)


def own_version() -> str:
    """Version of this command; a checkout that is not installed has that of the code."""
    try:
        return version("dayzero")
    except PackageNotFoundError:
        return "0.1.0"


def agent(url: str, key: str) -> list[Check]:
    """Whether it answers, whether it takes the key, and whether its code is as new as this command's."""
    try:
        with Doors(url, key) as doors:
            theirs = str(doors.get("openapi.json")["info"]["version"])
    except Failure as failure:
        refused = failure.code == Exit.NOT_ALLOWED
        where = (
            Check("agent", "ok", f"{url} answers")
            if refused
            else Check("agent", "failed", failure.what, failure.mend, failure.code)
        )
        about_key = Check("key", "failed", failure.what, failure.mend, failure.code)
        return [where, about_key if refused else Check("key", "skipped", "the agent did not answer")]
    ours = own_version()
    found = f"the agent runs {theirs}, this command is {ours}"
    mend = "" if theirs == ours else "Deploy the agent, or update the command, so that both are of one version"
    return [
        Check("agent", "ok", f"{url} answers"),
        Check("key", "ok", "the agent takes the key"),
        Check("versions", "warning" if mend else "ok", found, mend),
    ]


def aws(plan: Plan | None) -> list[Check]:
    """Credentials of this machine on AWS; with a plan, whether they are of its account and what is not permitted."""
    from adapters import checkup

    def account() -> Check:
        found = checkup.aws_account(os.environ)
        if plan and found != plan.source.account:
            mend = "Sign in to the plan's account, or choose another AWS_PROFILE"
            return Check("aws", "warning", f"signed in to {found}, the plan is about {plan.source.account}", mend)
        return Check("aws", "ok", f"signed in to account {found}")

    looks: list[tuple[str, Callable[[], Check]]] = [("aws", account)]
    if plan:
        looks.append(("aws permissions", lambda: _permitted("aws permissions", checkup.aws_lacks(plan), "infra/aws-role.yaml")))
    return [_cloud(name, look) for name, look in looks]


def azure(plan: Plan | None) -> list[Check]:
    """The same on Azure."""
    logging.getLogger("azure").setLevel(logging.CRITICAL)  # what it logs of failed sign-ins is told by the check
    from adapters import checkup

    def signed_in() -> Check:
        checkup.azure_signed_in(os.environ)
        return Check("azure", "ok", "signed in")

    looks: list[tuple[str, Callable[[], Check]]] = [("azure", signed_in)]
    if plan:
        looks.append(
            (
                "azure permissions",
                lambda: _permitted("azure permissions", checkup.azure_lacks(plan, os.environ), "infra/azure-role.json"),
            )
        )
    return [_cloud(name, look) for name, look in looks]


def ledger() -> Check:
    """The ledger, if its settings are there."""
    from ledger.errors import LedgerUnavailable, NoLedger
    from ledger.look import SETTINGS, look

    if not any(os.environ.get(name) for name in SETTINGS):
        return Check("ledger", "skipped", f"its settings are not set; {_LATER}")
    try:
        return Check("ledger", "ok", f"{look()} can be read")
    except NoLedger as missing:
        return Check("ledger", "failed", str(missing), "Copy both from the settings of the agent's function app", Exit.USAGE)
    except LedgerUnavailable as silent:
        return Check("ledger", "failed", str(silent), silent.MEND, Exit.UNREACHABLE)


def _permitted(name: str, lacks: list[str], role: str) -> Check:
    if not lacks:
        return Check(name, "ok", "everything that the plan needs is permitted")
    shown = "; ".join(lacks[:5]) + (f"; and {len(lacks) - 5} more" if len(lacks) > 5 else "")
    return Check(name, "warning", f"not permitted: {shown}", f"Grant what {role} lists; it takes minutes to act")


def _cloud(name: str, look: Callable[[], Check]) -> Check:
    """A look at a cloud; without credentials it is a warning, since the agent has its own."""
    from adapters.errors import AdapterError

    try:
        return look()
    except AdapterError as error:
        return Check(name, "warning", f"{error.message} ({_LATER})", _SIGN_IN.get(name, error.mend))
