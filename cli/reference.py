"""The reference page of the command (docs/cli.md), made from the verbs.

Lives here: turning verbs into Markdown. Never here: help texts; those stand beside the verbs.
"""

from typing import Any

from typer.main import get_command

from cli.exits import MEANING
from cli.main import app

_INTRODUCTION = """# The `dayzero` command

<!-- Made from the code by `python -m cli.generate`; change the help texts there. -->

`./dayzero` in a checkout, or `python -m cli`. It is a client of the agent's HTTP doors: a migration runs in the agent and goes
on when the command ends. A plan file is read on your machine, where the variables for its `${NAME}` are; what is posted is the
finished plan as JSON.

- Address and key: `--url` and `--key`, or `DAYZERO_URL` and `DAYZERO_KEY`. The key is sent as `x-functions-key`, over TLS only
  (this machine itself excepted), and never printed.
- Who decides: `--by` or `DAYZERO_BY`, the name of an owner in the plan.
- Every verb takes `--json`: one JSON document on standard output, also for a failure (`error`, `mend`, `exit`, `problems`).
  With `--watch` it is one document a line, each time the status has changed.
- In a terminal `--watch` shows a live table; otherwise it prints a line for each change. Ctrl-C leaves the migration running.

## Completion in the shell

The option `--install-completion` writes it for the shell that you use (bash, zsh, fish, PowerShell). For this one bash only:

```sh
export PATH="$PWD:$PATH"   # in a checkout: the command must be found by its name
source <(dayzero --show-completion bash)
```

A tab then offers verbs, options, gates, and ids of runs, newest first, if `DAYZERO_URL` and `DAYZERO_KEY` lead to an agent
that answers within three seconds. Plan files are completed as any other file.
"""


def reference() -> str:
    """The page as Markdown."""
    command: Any = get_command(app)
    verbs = [_verb(name, verb) for name, verb in verbs_of(command)]
    return "\n".join([_INTRODUCTION, _exits(), *verbs])


def verbs_of(command: Any, before: str = "") -> list[tuple[str, Any]]:
    """Every verb with its full name; those of a group stand where the group does."""
    found: list[tuple[str, Any]] = []
    for name, verb in command.commands.items():
        found += verbs_of(verb, f"{before}{name} ") if hasattr(verb, "commands") else [(before + name, verb)]
    return found


def _exits() -> str:
    lines = ["## Exit codes", "", "| code | name | meaning |", "| --- | --- | --- |"]
    lines += [f"| {int(code)} | {code.name.lower().replace('_', '-')} | {meaning} |" for code, meaning in MEANING.items()]
    return "\n".join([*lines, ""])


def _verb(name: str, verb: Any) -> str:
    arguments = [parameter for parameter in verb.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in verb.params if parameter.param_type_name == "option" and not parameter.hidden]
    usage = " ".join(["dayzero", name, *(str(argument.metavar) for argument in arguments), "[OPTIONS]"])
    lines = [f"## {name}", "", str(verb.help), "", f"`{usage}`", "", "```sh", verb.epilog.removeprefix("Example: "), "```", ""]
    lines += ["| option | meaning |", "| --- | --- |"]
    lines += [f"| `{argument.metavar}` | {argument.help} |" for argument in arguments]
    lines += [f"| {_names(option)} | {_meaning(option)} |" for option in options]
    return "\n".join([*lines, ""])


def _names(option: Any) -> str:
    value = "" if option.is_flag else f" {option.metavar or option.name.upper()}"
    return ", ".join(f"`{name}{value}`" for name in option.opts)


def _meaning(option: Any) -> str:
    words = str(option.help)
    if option.required:
        words += " Required."
    if isinstance(option.show_default, str):
        words += f" Default: {option.show_default}."
    elif option.show_default and option.default not in (None, "", False, []):
        words += f" Default: `{getattr(option.default, 'value', option.default)}`."
    return words + (f" Variable: `{option.envvar}`." if option.envvar else "")
