"""Why a decision is refused."""


class NotAllowed(Exception):
    """A decision that does not count; nothing was written but the refusal.

    Args:
        status: HTTP status for the door: 401 nobody whom we know, 403 wrong person, 409 wrong time or runbook, 503 no keys.
        message: what is wrong.
        mend: what to do.
    """

    def __init__(self, status: int, message: str, mend: str) -> None:
        super().__init__(message)
        self.status, self.mend = status, mend
