"""Where a followed run is shown: a live table, a line for each change, or JSON lines.

Lives here: the three screens. Never here: what a table or a change looks like (`table.py`, `changes.py`).
"""

import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Self

import typer
from rich.console import Console
from rich.live import Live

from cli.changes import Changes
from cli.table import run_table

Status = dict[str, Any]
_AROUND = 8
"""Lines of the table that are not steps."""


class Screen(AbstractContextManager["Screen"]):
    """Shows statuses one after the other."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, status: Status) -> None:
        """The newest status."""
        raise NotImplementedError

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Make room for a question."""
        yield


class PlainLines(Screen):
    """A line for each change, with the time."""

    def __init__(self) -> None:
        self._changes = Changes()

    def show(self, status: Status) -> None:
        """What is new."""
        for line in self._changes.lines(status):
            typer.echo(f"{time.strftime('%H:%M:%S')} {line}")


class JsonLines(Screen):
    """Each status that differs from the last, as one line."""

    def __init__(self) -> None:
        self._last = ""

    def show(self, status: Status) -> None:
        """The status, if it is new."""
        line = json.dumps(status, ensure_ascii=False)
        if line != self._last:
            self._last = line
            typer.echo(line)


class LiveTable(Screen):
    """A table that is drawn again in place, no higher than the terminal; at the end it stands there whole."""

    def __init__(self, screen: Console) -> None:
        self._live = Live(console=screen, auto_refresh=False, transient=True)
        self._last: Status | None = None

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()
        if self._last is not None:
            self._live.console.print(run_table(self._last))

    def show(self, status: Status) -> None:
        """The whole run."""
        self._last = status
        self._live.update(run_table(status, rows=max(3, self._live.console.height - _AROUND)), refresh=True)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """The table stands whole above the question."""
        self.__exit__()
        yield
        self._live.start()
