"""A world whose ports do some changes and then cannot be reached any more, wherever a step happens to be."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from adapters.errors import AdapterError
from adapters.world import World

CHANGES = {
    "set_concurrency", "set_enabled", "to_maintenance", "restore", "detach", "set_weight", "prepare", "copy",
    "write_back", "clear_target", "to_target", "to_source", "remove", "start", "stop", "change_settings", "sync_triggers",
    "bind_domain", "unbind_domain", "publish", "deploy", "begin", "apply", "change", "forget",
}  # fmt: skip
"""Methods of ports that change something."""


@dataclass
class Cut:
    """Lets that many changes through; afterwards nothing is answered."""

    left: int
    broken: bool = False

    def off(self, world: World) -> World:
        """The world behind this cut."""
        ports = {field.name: self._behind(getattr(world, field.name)) for field in fields(world)}
        return World(**ports)

    def _behind(self, port: Any) -> Any:
        if isinstance(port, Mapping):
            return {name: _Port(one, self) for name, one in port.items()}
        return port if isinstance(port, list) else _Port(port, self)

    def passes(self, *, change: bool) -> None:
        """Count a call, or refuse it."""
        if self.left == 0:
            self.broken = True
            raise AdapterError("unreachable", "the network is gone", "It is a test.")
        self.left -= change


class _Port:
    def __init__(self, port: Any, cut: Cut) -> None:
        self._port, self._cut = port, cut

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:
            self._cut.passes(change=name in CHANGES or (name == "ask" and given[0] != "GET"))
            return found(*given, **named)

        return call
