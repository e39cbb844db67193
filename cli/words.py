"""Times and states in words that people read."""

from datetime import UTC, datetime

ENDED = ("migrated", "failed-back", "needs-operator", "aborted")
"""States after which a run does nothing more by itself."""
_BY_COLOUR = {
    "green": ("migrated", "done"),
    "cyan": ("running",),
    "yellow": ("waiting", "paused"),
    "magenta": ("failing-back", "failed-back", "undone", "aborted"),
    "red": ("needs-operator", "failed", "undo-failed"),
    "dim": ("planned", "skipped"),
}
COLOURS = {state: colour for colour, states in _BY_COLOUR.items() for state in states}


def span(seconds: float | None) -> str:
    """`0.4 s`, `12 s`, `4 min 10 s`, `2 h`; empty for None."""
    if seconds is None:
        return ""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s".removesuffix(" 0 s")
    return f"{whole // 3600} h {whole % 3600 // 60} min".removesuffix(" 0 min")


def since(moment: str | None) -> str:
    """How long ago an ISO 8601 time was; empty when it is not known."""
    try:
        start = datetime.fromisoformat(moment or "")
    except ValueError:
        return ""
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    return span(max(0.0, (datetime.now(UTC) - start).total_seconds()))


def clock(moment: str | None) -> str:
    """The time of day, in the zone of this machine."""
    try:
        return datetime.fromisoformat(moment or "").astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return moment or ""


def amount(progress: dict[str, object] | None) -> str:
    """`1200 of 50000 entities (2 %)`; empty without progress."""
    if not progress:
        return ""
    done, total, unit = progress.get("done"), progress.get("total"), progress.get("unit") or ""
    if isinstance(done, int | float) and isinstance(total, int | float) and total:
        return f"{done} of {total} {unit} ({100 * done / total:.0f} %)".replace("  ", " ")
    return f"{done} {unit}".strip()
