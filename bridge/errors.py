"""What an app meets when it cannot be served now; its answer is 503 with Retry-After.

Lives here: the errors. Never here: errors of the stores' SDKs, which leave the bridge as they are.
"""


class NotNow(Exception):
    """Not now; to be tried again."""


class LadderUnknown(NotNow):
    """Where to stand on the ladder is not known, or was not known long enough; nothing was done unless the text says so."""


class WritesHeld(NotNow):
    """Writes wait for a handover, and did so longer than BRIDGE_PATIENCE; nothing was done."""


class Superseded(Exception):
    """Within the bridge: the place that an operation began under is no longer valid. It begins anew, or is owed a repair."""
