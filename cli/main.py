"""The `dayzero` command with all its verbs, in the order in which the help shows them."""

from cli import init, plans, sign_offs, schedules, runs, decisions, exceptions, controls  # noqa: F401, I001 - importing registers the verbs
from cli import records, rehearsals, break_glass, archives, retire, doctor  # noqa: F401 - one line is too short for all of them
from cli.app import app

__all__ = ["app"]
