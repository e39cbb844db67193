"""Where the hosts of one site keep keys and state: one folder a process, as a host does not share its own.

A process that starts beside its predecessor gets a copy of what must survive (keys, timers).
Never here: what is in the folders.
"""

import shutil
from pathlib import Path

_OF_ONE_PROCESS = shutil.ignore_patterns("host.lock", "durable.sqlite*")


class HostData:
    """The folders of one site, below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.current = folder / "host"
        """A symbolic link to the folder in use; leads nowhere before the first process."""

    def same(self) -> Path:
        """The folder in use, for a process whose predecessor has ended."""
        if not self.current.exists():
            self._use(self._new())
        return self.current.resolve()

    def beside(self) -> Path:
        """A folder for a process whose predecessor still runs; tell `settle` when that has ended."""
        place = self._new()
        shutil.copytree(self.current.resolve(), place, ignore=_OF_ONE_PROCESS, dirs_exist_ok=True)
        return place

    def settle(self, place: Path) -> None:
        """From now on this folder is the one in use; the others are removed."""
        self._use(place)
        for other in self._all():
            if other != place:
                shutil.rmtree(other, ignore_errors=True)

    def _all(self) -> list[Path]:
        return sorted(self._folder.glob("host-*"), key=lambda place: int(place.name.partition("-")[2]))

    def _new(self) -> Path:
        taken = self._all()
        last = int(taken[-1].name.partition("-")[2]) if taken else 0
        place = self._folder / f"host-{last + 1}"
        place.mkdir(parents=True)
        return place.resolve()

    def _use(self, place: Path) -> None:
        link = self.current.with_name("host.new")
        link.unlink(missing_ok=True)
        link.symlink_to(place.name)
        link.replace(self.current)
