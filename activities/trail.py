"""What is read look by look, kept so that it can be drawn later: a trail of readings that stays short.

Lives here: how a trail grows. Never here: what is read, what it says.
"""

from datetime import datetime

MOST = 60
"""Readings of a line that are kept: enough for a line across a screen, little enough for a row of the ledger."""
Trail = list[list[float]]


def longer(trail: Trail, *readings: list[float]) -> Trail:
    """The trail with these readings; of a full one every second goes, so that it still spans the whole time.

    Args:
        trail: readings in order, each a moment (`moment`) and its values.
        readings: what comes after.
    """
    for reading in readings:
        trail = [*trail, reading] if len(trail) < MOST else [*trail[::2], reading]
    return trail


def moment(at: datetime) -> float:
    """Seconds since 1970, in tenths."""
    return round(at.timestamp(), 1)
