"""`python -m cli` is the `dayzero` command."""

from cli.main import app

app(prog_name="dayzero")
