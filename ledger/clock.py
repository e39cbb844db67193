"""Times as the ledger writes them."""

from datetime import UTC, datetime


def now() -> str:
    """This moment in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def seconds_between(start: str | None, end: str | None = None) -> float | None:
    """Seconds from one written time to another, or to this moment; None when it has not begun."""
    if not start:
        return None
    return (datetime.fromisoformat(end or now()) - datetime.fromisoformat(start)).total_seconds()
