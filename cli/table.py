"""A run as a table, for a terminal.

Lives here: how a status document looks. Never here: fetching it.
"""

from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from cli.words import COLOURS, amount, clock, since, span

_BAR = 12
"""Width of a progress bar, in characters."""
_WIDTH_OF_LOGS = 200
"""Where there is no terminal, lines are not folded for one."""


def console() -> Console:
    """Standard output, as wide as the terminal."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=_WIDTH_OF_LOGS)


def run_table(status: dict[str, Any], rows: int | None = None) -> Group:
    """The head of the run, its steps, and what it waits for or has left over; at most `rows` steps, around those at work."""
    steps = status.get("steps") or []
    first, last = _visible(steps, rows)
    left_out = [f"{first} before" if first else "", f"{len(steps) - last} after" if last < len(steps) else ""]
    note = [Text(f"({' and '.join(word for word in left_out if word)} not shown)", style="dim")] if any(left_out) else []
    return Group(_head(status), _steps(steps[first:last]), *note, *_foot(status))


def _visible(steps: list[dict[str, Any]], rows: int | None) -> tuple[int, int]:
    """Which steps to show: from two before the last that has begun."""
    if rows is None or len(steps) <= rows:
        return 0, len(steps)
    begun = max((index for index, step in enumerate(steps) if step.get("state") != "planned"), default=0)
    first = max(0, min(begun - 2, len(steps) - rows))
    return first, first + max(1, rows)


def runs_table(runs: list[dict[str, Any]]) -> Table:
    """The list of runs."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("run", "workload", "wave", "strategy", "state", "why", "started", "updated"):
        table.add_column(title, overflow="fold")
    for run in runs:
        state = _state(run.get("state"))
        names = [Text(str(run.get(name) or "")) for name in ("run", "workload", "wave", "strategy")]
        table.add_row(*names, state, Text(str(run.get("why") or "")), clock(run.get("started")), clock(run.get("updated")))
    return table


def wave_line(wave: dict[str, Any]) -> str:
    """How a wave stands, in one line."""
    counts = ", ".join(f"{count} {state}" for state, count in wave["states"].items())
    return f"Wave {wave['wave']}: {wave['workloads']} workload{'' if wave['workloads'] == 1 else 's'}: {counts}."


def _state(state: object) -> Text:
    word = str(state or "")
    return Text(word, style=COLOURS.get(word, ""))


def _head(status: dict[str, Any]) -> Text:
    head = Text.assemble((str(status.get("run")), "bold"), f"  {status.get('workload')}, {status.get('strategy')}  ")
    head.append_text(_state(status.get("state")))
    facts = [str(status.get("phase") or ""), f"{status.get('weight') or 0} % of clients on Azure"]
    if status.get("downtime_seconds") is not None:
        facts.append(f"down for {span(status['downtime_seconds'])}")
    if window := status.get("window"):
        facts.append(f"{window.get('used_percent') or 0:.0f} % of the window ({span(window.get('length_seconds'))}) used")
    return head.append("\n" + ", ".join(fact for fact in facts if fact))


def _steps(steps: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("#", "step", "owner", "state", "took", "estimate", "now"):
        table.add_column(title, overflow="fold", justify="right" if title in ("#", "took", "estimate") else "left")
    for step in steps:
        took = span(step.get("seconds")) or (since(step.get("started")) if step.get("state") in ("running", "waiting") else "")
        words = [Text(str(step.get("name") or step.get("title") or "")), Text(str(step.get("owner") or ""))]
        table.add_row(
            str(step.get("seq", "")),
            *words,
            _state(step.get("state")),
            took,
            span(step.get("estimate_seconds") or None),
            _now(step),
        )
    return table


def _now(step: dict[str, Any]) -> Text:
    """What the step does or waits for, or why it failed."""
    if error := step.get("error"):
        mend = f" {error['mend']}" if error.get("mend") else ""
        return Text(f"{error.get('code')}: {error.get('message')}{mend}", style="red")
    if step.get("state") not in ("running", "waiting"):
        return Text("")
    told = Text(", ".join(word for word in (amount(step.get("progress")), str(step.get("waiting_for") or "")) if word))
    progress = step.get("progress") or {}
    if progress.get("total"):
        full = min(_BAR, _BAR * (progress.get("done") or 0) // progress["total"])
        return Text.assemble(("━" * full, "cyan"), ("╌" * (_BAR - full), "dim"), " ", told)
    return told


def stakes_lines(stakes: dict[str, Any]) -> list[str]:
    """What an approval of the last gate ends, for a person."""
    if not stakes:
        return []
    told = [f"After this, {', '.join(stakes['impossible'])}."]
    ages = ("way_back_age", "The way back was proven {} ago."), ("azure_writes_for", "Azure has taken writes for {}.")
    told += [words.format(span(stakes[name])) for name, words in ages if stakes.get(name) is not None]
    for store, found in stakes["data"].items():
        told.append(f"{store}: " + (found.get("unknown") or f"{found['differ']} items differ in {found['compared']}") + ".")
    return [*told, stakes["instead"]]


def _foot(status: dict[str, Any]) -> list[Text]:
    told = []
    run = status.get("run")
    if waiting := status.get("waiting_for"):
        people = waiting.get("missing") or waiting.get("approvers")
        who = f" by {', '.join(people)}" if people else ""
        told.append(
            Text(f"Waiting for {waiting.get('what')}{who}, for {since(waiting.get('since')) or 'a moment'}.", style="yellow")
        )
        told += [Text(f"  {line}", style="yellow") for line in stakes_lines(waiting.get("stakes") or {})]
        if gate := waiting.get("gate"):
            told.append(Text(f"  dayzero approve {run} {gate}    or    dayzero reject {run} {gate} --reason WHY"))
    for left in status.get("leftovers") or []:
        error = left.get("error") or {}
        told.append(Text(f"Left over: {left.get('step')}: {error.get('message')} {error.get('mend') or ''}", style="red"))
    return told
