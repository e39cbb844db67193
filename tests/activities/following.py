"""A router for tests of steps: its weight, and where its clients are seen, are what a test says. Never here: an adapter."""

from datetime import timedelta

from adapters.errors import AdapterError
from adapters.records import Json, Split


class Following:
    """A router whose clients are where `seen` says, of so many that are asked; a text: nobody can be asked, and why."""

    def __init__(self, weight: int = 0, seen: int | str | AdapterError = 0) -> None:
        self.at, self.seen = weight, seen

    def snapshot(self) -> Json:
        return {"ttl": 60}

    def weight(self) -> int:
        return self.at

    def set_weight(self, target: int, _ttl: timedelta) -> None:
        self.at = target

    def observed(self, samples: int) -> Split:
        if isinstance(self.seen, AdapterError):
            raise self.seen
        return Split(0, 0, self.seen) if isinstance(self.seen, str) else Split(samples, self.seen, "look-ups")
