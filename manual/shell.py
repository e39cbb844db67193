"""Command lines for a person's own shell, made of names that the plan gives.

Lives here: quoting, and what many commands have in common. Never here: which step needs which command (`hand_*.py`).
"""

import shlex
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from plan.model import Plan


class Raw(str):
    """Text that the shell is to read as it stands: a variable, or a command whose output is put there."""

    __slots__ = ()


@dataclass(frozen=True)
class Hand:
    """What a person types in place of a step: `commands`, and `back` to undo it; `note` says what is left out, or why none."""

    commands: list[str] = field(default_factory=list)
    note: str = ""
    back: list[str] = field(default_factory=list)


def sh(*words: object) -> str:
    """One command line; everything but `Raw` is quoted."""
    return " ".join(word if isinstance(word, Raw) else shlex.quote(str(word)) for word in words)


def piped(*commands: str) -> str:
    """Commands of which each reads what the one before wrote."""
    return " \\\n  | ".join(commands)


def output(command: str) -> Raw:
    """What a command writes, as one word of another."""
    return Raw(f'"$({command})"')


def each(variable: str, listing: str, command: str) -> str:
    """A command for each word that a listing writes; it reads it as a variable."""
    return f"for {variable} in $({listing}); do\n  {command}\ndone"


def aws(service: str, operation: str, *words: object) -> str:
    """A call of AWS."""
    return sh("aws", service, operation, *words)


def az(plan: Plan, command: str, *words: object) -> str:
    """A call of Azure about something in the target's resource group."""
    return sh("az", *command.split(), "--resource-group", plan.target.resource_group, *words)


def az_app(plan: Plan, command: str, *words: object) -> str:
    """A call about the function app."""
    return az(plan, f"functionapp {command}", "--name", plan.target.app, *words)


def settings(plan: Plan, wanted: dict[str, str]) -> list[str]:
    """Sets app settings; what they are is not printed."""
    words = [f"{name}={value}" for name, value in sorted(wanted.items())]
    return [az_app(plan, "config appsettings set", "--settings", *words, "--output", "none")] if words else []


def no_settings(plan: Plan, names: list[str]) -> list[str]:
    """Removes app settings."""
    return [az_app(plan, "config appsettings delete", "--setting-names", *sorted(names), "--output", "none")] if names else []


def synchronise(plan: Plan) -> str:
    """Lets the platform learn which triggers are on."""
    target = plan.target
    group = f"/subscriptions/{target.subscription}/resourceGroups/{target.resource_group}"
    app = f"{group}/providers/Microsoft.Web/sites/{target.app}"
    return sh("az", "rest", "--method", "post", "--url", f"{app}/syncfunctiontriggers?api-version=2024-04-01")


def first_label(url: str) -> str:
    """Name of the storage account or vault that has this address."""
    return (urlsplit(url).hostname or "").split(".")[0]


def account(url: str) -> list[str]:
    """The words that name a storage account and sign in by who the person is."""
    return ["--account-name", first_label(url), "--auth-mode", "login"]


def queue_url(name: str) -> Raw:
    """The address of an SQS queue, asked for by its name."""
    return output(aws("sqs", "get-queue-url", "--queue-name", name, "--query", "QueueUrl", "--output", "text"))


def target_base(plan: Plan) -> Raw:
    """The address of the function app, for the inside of double quotes."""
    if plan.target.base_url:
        return Raw(shlex.quote(plan.target.base_url.rstrip("/")))
    return Raw(f'"https://$({az_app(plan, "show", "--query", "defaultHostName", "--output", "tsv")})"')
