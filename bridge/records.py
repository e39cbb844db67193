"""What an app does with a store whose truth moves from AWS to Azure: get, insert, put, change, delete, list.

Lives here: the operations. Never here: which side decides (place.py), how the other side follows (pair.py).

A write is answered once both sides hold it, or once the half that failed is owed durably; on `aws` and `azure` one side is all.
"""

from collections.abc import Callable, Iterator
from typing import Final

from bridge.calls import pause
from bridge.comparison import Comparison
from bridge.errors import LadderUnknown, NotNow, Superseded
from bridge.ladder import Ladder
from bridge.lease import Lease
from bridge.pair import Pair
from bridge.repairs import Repairs
from bridge.side import Held, Side

ATTEMPTS = 30


class _Leave:
    """The answer of a decision that nothing is to be written."""


_LEAVE: Final = _Leave()


class Records[V]:
    """One store by key; safe for concurrent use.

    Every method raises NotNow (errors.py) when the ladder does not let it go on, and the SDK's errors as they come. After an
    error that is neither, a write may have been done; both sides are made alike all the same.

    Args:
        name: of the store, the same in every instance and for as long as the ladder lasts.
        aws: None where no ladder leads the app.
        compare: share of the reads on `shadow` that are compared with Azure, 0 to 1.
    """

    def __init__(self, ladder: Ladder, name: str, *, aws: Side[V] | None, azure: Side[V], compare: float = 1.0) -> None:
        self._ladder, self._pair = ladder, Pair(ladder, name, aws, azure)
        self._comparison = Comparison(ladder, self._pair, compare)
        self._repairs = Repairs(ladder, name, self._pair.follow)

    def get(self, key: str) -> V | None:
        """The value as last written, or None."""
        while True:
            with self._ladder.operation(write=False) as lease:
                held = self._pair.read(self._pair.authority(lease), key)
                self._comparison.see(lease, key, held)
                try:
                    self._ladder.assure(lease)
                except Superseded:
                    continue
                return held.value

    def insert(self, key: str, value: V) -> bool:
        """Write a new value; False when there is one."""
        absent = Held[V]()
        while True:
            try:
                with self._ladder.operation(write=True) as lease:
                    return self._written(lease, key, value, absent)
            except Superseded:
                continue

    def put(self, key: str, value: V) -> None:
        """Write the value, whatever there is."""
        self._decided(key, lambda _: value)

    def change(self, key: str, change: Callable[[V], V]) -> V | None:
        """Write what `change` makes of the value; the new value, or None when there is none.

        Args:
            change: called again when somebody else wrote meanwhile; must not alter what it is given.
        """
        changed = self._decided(key, lambda value: _LEAVE if value is None else change(value))
        return None if isinstance(changed, _Leave) else changed

    def delete(self, key: str) -> bool:
        """Delete the value; False when there was none."""
        return not isinstance(self._decided(key, lambda value: _LEAVE if value is None else None), _Leave)

    def some(self, limit: int) -> list[V]:
        """Up to `limit` values of the authority, in no order."""
        with self._ladder.operation(write=False) as lease:
            return self._pair.authority(lease).some(limit)

    def iterate(self) -> Iterator[V]:
        """All values of the authority, in no order; what changes meanwhile may be seen or not, a handover included."""
        with self._ladder.operation(write=False) as lease:
            side = self._pair.authority(lease)
        yield from side.iterate()

    def _decided(self, key: str, decide: Callable[[V | None], V | _Leave | None]) -> V | _Leave | None:
        """Write what is decided upon what is there, again and again until nobody wrote in between."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._ladder.operation(write=True) as lease:
                    held = self._pair.read(self._pair.authority(lease), key)
                    wanted = decide(held.value)
                    if isinstance(wanted, _Leave) or self._written(lease, key, wanted, held):
                        return wanted
            except Superseded:
                continue
            pause(attempt)
        raise RuntimeError(f"{self._pair.name} {key}: changed by others {ATTEMPTS} times in a row; try again")

    def _written(self, lease: Lease, key: str, value: V | None, held: Held[V]) -> bool:
        """Both halves; False when the value was no longer as read.

        Raises:
            Superseded: nothing was written.
        """
        leading = self._pair.authority(lease)
        try:
            if not self._pair.write(lease, lambda: leading.write(key, value, held)):
                return False
        except (NotNow, Superseded):
            raise
        except Exception as error:
            self._owe(lease, key, error)  # whether it was done is not known
            raise
        try:
            self._ladder.assure(lease)
        except (NotNow, Superseded) as error:
            self._repairs.owe(key, error)
            told = f"the place on the ladder changed while {key} was written; whether that counts is not known"
            raise LadderUnknown(told) from error
        try:
            self._pair.follow(lease, key)
        except Exception as error:
            self._owe(lease, key, error)
        return True

    def _owe(self, lease: Lease, key: str, error: Exception) -> None:
        if self._pair.follower(lease) is not None:
            self._repairs.owe(key, error)
