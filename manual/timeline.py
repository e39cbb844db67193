"""The timeline of a runbook as a picture: where each line's bar begins and ends when nobody waits at a gate.

Lives here: positions, in the picture's own units. Never here: colours and elements (`manual.html.j2`).
"""

from dataclasses import dataclass

from manual.recorder import Line

LEFT, WIDTH, ROW, TOP = 190, 500, 13, 18
"""Room for names, for bars, for one line, and for the axis."""
_STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_TICKS = 8


@dataclass(frozen=True)
class Bar:
    """One line of the runbook; `x` and `width` along the time, `y` its row's top."""

    seq: int
    name: str
    gate: bool
    x: float
    y: int
    width: float


@dataclass(frozen=True)
class Timeline:
    """All bars, marks on the axis as (x, seconds), and where clients are kept out (x, width; None: never)."""

    bars: list[Bar]
    ticks: list[tuple[float, int]]
    window: tuple[float, float] | None
    height: int


def timeline(runbook: list[Line]) -> Timeline:
    """Positions for estimates in seconds; a gate takes no time."""
    total = sum(line["estimate_seconds"] for line in runbook) or 1.0
    unit, clock, bars = WIDTH / total, 0.0, []
    opened: float | None = None
    window: tuple[float, float] | None = None
    for row, line in enumerate(runbook):
        x, width = LEFT + clock * unit, max(2.0, line["estimate_seconds"] * unit)
        bars.append(Bar(line["seq"], line["name"], line["kind"] == "gate", round(x, 1), TOP + row * ROW, round(width, 1)))
        clock += line["estimate_seconds"]
        if line["name"] == "announce":
            opened = x
        elif line["name"] == "close_window" and opened is not None:
            window = round(opened, 1), round(LEFT + clock * unit - opened, 1)
    step = next((one for one in _STEPS if total / one <= _TICKS), _STEPS[-1])
    ticks = [(round(LEFT + seconds * unit, 1), seconds) for seconds in range(0, int(total) + 1, step)]
    return Timeline(bars, ticks, window, TOP + len(runbook) * ROW + 4)
