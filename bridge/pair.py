"""The two sides of a store, and how the follower comes to hold what the authority holds.

Lives here: reading and writing under a lease, and following. Never here: what apps ask for (records.py), what becomes of a half
that failed (repairs.py).

Why both sides end alike, whoever writes at the same time. Every write changes the authority first; then its writer follows: it
reads the follower, then the authority, writes what the authority holds to the follower if that differs, and looks at the
authority once more; if that has changed, it begins again. Take the last write that the follower ever gets, of value v by
writer W. W then saw the authority still at v. If the authority changes after that look, whoever changed it follows after that:
it finds the follower different and writes to it, so W's write was not the last. If not, both sides hold v. This needs no
conditional write; that the follower is written only if it is still as it was read keeps one who was stopped from doing harm.
"""

from collections.abc import Callable

from bridge.calls import pause, repeated
from bridge.ladder import Ladder
from bridge.lease import Lease
from bridge.place import authority, follower
from bridge.side import Held, Side

ROUNDS = 50


class Pair[V]:
    """Both sides under one name.

    Args:
        aws: None where no ladder leads the app.
    """

    def __init__(self, ladder: Ladder, name: str, aws: Side[V] | None, azure: Side[V]) -> None:
        self.name, self._ladder = name, ladder
        self._sides: dict[str, Side[V] | None] = {"aws": aws, "azure": azure}

    def authority(self, lease: Lease) -> Side[V]:
        """The side that decides at this place."""
        return self._side(authority(lease.place.rung))

    def follower(self, lease: Lease) -> Side[V] | None:
        """The side that gets every write as well at this place, if any."""
        name = follower(lease.place.rung)
        return self._side(name) if name else None

    def read(self, side: Side[V], key: str) -> Held[V]:
        """Read, three times if need be."""
        return repeated(lambda: side.read(key), safe=True)

    def write(self, lease: Lease, write: Callable[[], bool]) -> bool:
        """Do a conditional write for as long as the lease holds.

        Raises:
            Superseded: it does not hold any more; nothing was written.
        """
        return repeated(write, safe=False, before=lambda: self._ladder.assure(lease))

    def follow(self, lease: Lease, key: str) -> None:
        """Let the follower hold what the authority holds; both are looked at after the last write.

        Raises:
            Superseded: the lease does not hold any more.
            RuntimeError: the authority changed during each of 50 rounds.
        """
        leading, following = self.authority(lease), self.follower(lease)
        if following is None:
            return
        for round_number in range(1, ROUNDS + 1):
            if self._brought(lease, leading, following, key):
                return
            pause(round_number)
        raise RuntimeError(f"{self.name} {key}: changed by others during each of {ROUNDS} rounds")

    def _brought(self, lease: Lease, leading: Side[V], following: Side[V], key: str) -> bool:
        there = self.read(following, key)
        wanted = self.read(leading, key)
        if there.digest != wanted.digest and not self.write(lease, lambda: following.write(key, wanted.value, there)):
            return False
        return self.read(leading, key).digest == wanted.digest

    def _side(self, name: str) -> Side[V]:
        side = self._sides[name]
        if side is None:
            raise ValueError(f"{self.name}: the ladder asks for AWS, but the app has not said where it is there")
        return side
