"""The time that a cloud goes by: the port, and how it is read from the `Date` of an answer.

Never here: who is asked, what is done about a difference. Source: RFC 9110, section 6.6.1: whole seconds, of about when the
answer was made.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from adapters.errors import AdapterError

_HALF = 0.5
"""The header leaves out what is below a second: half of one on the average."""


class Clock(Protocol):
    """The clock by which a cloud checks signatures and tokens."""

    def ahead(self) -> float:
        """Seconds that this machine's clock is ahead of the cloud's; exact to two, negative when it is behind.

        Raises:
            AdapterError: the cloud does not answer, or `invalid` when its answer says no time.
        """
        ...


def ahead(date: str | None, asked: datetime, answered: datetime, who: str) -> float:
    """The difference in seconds, taken in the middle of the call.

    Args:
        date: value of the header.
        asked: when this machine began to ask, in UTC.
        answered: when it had the answer.
        who: in words, for the message.

    Raises:
        AdapterError: `invalid` when the answer says no time.
    """
    try:
        said = parsedate_to_datetime(date or "")
    except ValueError as error:
        raise AdapterError(
            "invalid", f"{who}: its answer has no Date that can be read", "Compare the clocks by hand, such as with chronyc."
        ) from error
    there = said if said.tzinfo else said.replace(tzinfo=UTC)
    return (asked + (answered - asked) / 2 - there).total_seconds() - _HALF
