"""What adapters raise, whatever the cloud: errors with a code, a message and a mend.

Lives here: the error catalogue of the adapters' boundary. SDK exceptions never cross it. Messages never hold a secret.
"""


class AdapterError(Exception):
    """A cloud said no, or could not be asked.

    Args:
        code: one of the catalogue: `not-found`, `denied`, `throttled`, `unreachable`, `conflict`, `invalid`, `unexpected`.
        message: what was asked of which resource and what the answer was.
        mend: what a person can do about it.
    """

    def __init__(self, code: str, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.mend = code, message, mend

    @property
    def transient(self) -> bool:
        """Whether the same call may succeed later without anybody's doing."""
        return self.code in {"throttled", "unreachable"}


class NotFound(AdapterError):
    """The resource does not exist."""

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__("not-found", message, mend)


class Denied(AdapterError):
    """The identity may not do this."""

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__("denied", message, mend)


class Conflict(AdapterError):
    """The resource is in another state than the call needs."""

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__("conflict", message, mend)
