"""The port through which a dormant source is deleted. A person's own process uses it, never the agent."""

from typing import Protocol


class Retirement(Protocol):
    """Deleting what a dormant workload ran on; what is gone already is no error. Never a store."""

    def remove_mapping(self, uuid: str) -> None: ...

    def remove_rule(self, rule: str, functions: list[str]) -> bool:
        """Take these functions off the rule, and delete it if it has no other target; whether it is gone."""
        ...

    def remove_function(self, name: str) -> None: ...
