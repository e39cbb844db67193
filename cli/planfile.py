"""Reads a plan file on the person's machine, where its variables are."""

import os
import sys
from pathlib import Path

from cli.exits import Exit
from cli.failures import Failure, bad_plan
from plan.load import load_plan
from plan.model import Plan
from plan.problems import PlanError


def read_plan(file: str, settings: list[str] | None) -> Plan:
    """The plan in a file, checked; `settings` are `NAME=VALUE` and win over the environment.

    Raises:
        Failure: the file cannot be read, or the plan has problems; with file and line.
    """
    variables = dict(os.environ)
    for setting in settings or []:
        name, equals, value = setting.partition("=")
        if not (name and equals):
            raise Failure(Exit.USAGE, "--var takes NAME=VALUE.", "Write it like --var SHARDS=8")
        variables[name] = value
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise Failure(
            Exit.USAGE, f"{file} cannot be read: {error.strerror or error}.", "Give the path of a plan file"
        ) from None
    except UnicodeDecodeError:
        raise Failure(Exit.USAGE, f"{file} is not a text file.", "Save it as UTF-8") from None
    try:
        return load_plan(text, "standard input" if file == "-" else file, variables)
    except PlanError as error:
        raise bad_plan(error) from None


def write_or_print(text: str, output: str | None) -> None:
    """The text to a file or to standard output.

    Raises:
        Failure: the file cannot be written.
    """
    if output is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(
            Exit.USAGE, f"{output} cannot be written: {error.strerror or error}.", "Choose another file with -o"
        ) from None
