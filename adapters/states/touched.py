"""Keys that a piece of replication touched: each once, and no more than may be named. Never here: what is done with items."""

from collections.abc import Iterable

from adapters.replication import KEYS_AT_MOST


class Touched:
    """Keys in the order in which they came; `whole` as long as none was left out."""

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}
        self.whole = True

    def add(self, keys: Iterable[str]) -> None:
        """Remember them."""
        for key in keys:
            if len(self._keys) >= KEYS_AT_MOST and key not in self._keys:
                self.whole = False
                return
            self._keys[key] = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Those that were remembered."""
        return tuple(self._keys)
