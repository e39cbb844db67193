"""The `dayzero` command with all its verbs, in the order in which the help shows them."""

from cli import init, plans, schedules, runs, decisions, exceptions, controls, records, rehearsals, break_glass, archives  # noqa: F401, I001 - importing registers the verbs
from cli import retire, doctor  # noqa: F401 - one line is too short for all of them
from cli.app import app

__all__ = ["app"]
