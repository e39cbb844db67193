"""What the steps may ask of the world: small protocols, one a service.

Lives here: signatures and their promises. Never here: an SDK, a provider, a retry.
Every method raises `adapters.errors.AdapterError` only. Every change is idempotent: asked twice, it does the same as once.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from adapters.records import (
    Answer,
    Comparison,
    Depth,
    Json,
    Progress,
    QueueRules,
    Split,
    TargetFunction,
    WriteBackRules,
)


class SourceFunctions(Protocol):
    """Lambda functions."""

    def snapshot(self, name: str) -> Json:
        """Everything a migration may change, plus `code_sha256`, `version`, `timeout_seconds`; environment by names only."""
        ...

    def code_hash(self, name: str) -> str: ...

    def set_concurrency(self, name: str, reserved: int | None) -> None:
        """Reserve that many concurrent executions; None removes the reservation."""
        ...

    def concurrency(self, name: str) -> int | None: ...

    def invocations(self, name: str, last: timedelta) -> int:
        """Invocations that the metrics count in the last period."""
        ...


class EventMappings(Protocol):
    """Event source mappings of Lambda functions; disabled and enabled, never deleted (a position would be lost)."""

    def snapshot(self, function: str) -> list[Json]:
        """Sorted by `uuid`; `uuid`, `source_arn`, `enabled`, `state`, `batch_size` and the other settings of each."""
        ...

    def set_enabled(self, uuid: str, enabled: bool) -> None: ...

    def state(self, uuid: str) -> str:
        """`Enabled`, `Disabled`, or a state on the way such as `Disabling`."""
        ...


class Schedules(Protocol):
    """EventBridge rules with a schedule."""

    def snapshot(self, rule: str) -> Json:
        """`name`, `expression`, `enabled`, `targets`."""
        ...

    def set_enabled(self, rule: str, enabled: bool) -> None: ...

    def enabled(self, rule: str) -> bool: ...


class FrontDoor(Protocol):
    """HTTP APIs of API Gateway."""

    def snapshot(self, api: str) -> Json:
        """Routes, integrations and stages as they are."""
        ...

    def to_maintenance(self, api: str, function: str) -> None:
        """Let the maintenance function answer every route."""
        ...

    def in_maintenance(self, api: str, function: str) -> bool: ...

    def restore(self, api: str, before: Json) -> None: ...


class BucketEvents(Protocol):
    """Event notifications of S3 buckets."""

    def snapshot(self, bucket: str) -> Json: ...

    def detach(self, bucket: str) -> None: ...

    def restore(self, bucket: str, before: Json) -> None: ...


class SourceQueues(Protocol):
    """SQS queues, looked at only."""

    def depth(self, queue: str) -> Depth: ...

    def rules(self, queue: str) -> QueueRules: ...


class Router(Protocol):
    """What sends clients to one side or the other; weights are percentages that go to the target."""

    def snapshot(self) -> Json:
        """All that `set_weight` may change; `ttl`: how many seconds clients may keep an answer. `conflict`: cannot route."""
        ...

    def weight(self) -> int:
        """Percentage of clients that are sent to the target, as configured now."""
        ...

    def set_weight(self, target: int, ttl: timedelta) -> None:
        """Send that percentage to the target, let answers live that long, and return once the provider serves it.

        The weight that there is changes the lifetime only, and makes the router ready for others; see docs/routers.md.
        """
        ...

    def restore(self, before: Json) -> None: ...

    def observed(self, samples: int) -> Split:
        """Ask as that many clients would who keep no older answer, and count who is sent to the target.

        Each is sent by chance of its own, so the count is binomial. Nothing configured is read for it, and nothing is changed.
        None is asked where nobody could tell the sides apart; see docs/routers.md.

        Raises:
            AdapterError: `unreachable` when the way that clients take gives no answers, or wrong ones.
        """
        ...


class StateStore(Protocol):
    """A pair of stores and the copier between them; work is cut into shards, shards into pieces of bounded time."""

    name: str
    shards: int

    def count(self) -> tuple[int, int]:
        """Items in the source (may be approximate) and in the target (exact up to 1,000, then at least 1,000)."""
        ...

    def prepare(self) -> None:
        """Make the target container if it is missing."""
        ...

    def copy(self, shard: int, token: Json | None, seconds: float) -> Progress:
        """Copy the shard from `token` on, for about `seconds`; extra items in the target's shard are removed."""
        ...

    def compare(self, shard: int, named: int = 100) -> Comparison:
        """Both sides of a shard; names at most that many keys that differ."""
        ...

    def compare_keys(self, keys: Sequence[str]) -> Comparison:
        """Just these items, read consistently; one that neither side has is equal. Names at most 100 that differ.

        Args:
            keys: as `compare` and `Delta.keys` name them.
        """
        ...

    def write_back(self, shard: int, rules: WriteBackRules, token: Json | None, seconds: float) -> Progress:
        """Bring what Azure changed or deleted since the cutover to AWS."""
        ...

    def clear_target(self) -> None:
        """Remove all items from the target (a failback to an empty target); the container stays."""
        ...


class QueueMover(Protocol):
    """A pair of queues; a message is put on the other side before it is taken off this one, and never twice."""

    name: str

    def source_depth(self) -> Depth: ...

    def target_depth(self) -> Depth: ...

    def prepare(self) -> None:
        """Make the target queue if it is missing."""
        ...

    def to_target(self, seconds: float) -> Progress: ...

    def to_source(self, seconds: float) -> Progress: ...


class SecretCopier(Protocol):
    """Secrets from AWS to Key Vault; values stay inside the adapter."""

    def source_version(self, source: str) -> str:
        """Id of the version that is current in AWS; no value is read."""
        ...

    def target_versions(self, vault: str, name: str) -> list[str]:
        """Ids of enabled versions, newest first; empty when the secret does not exist."""
        ...

    def same(self, source: str, vault: str, name: str) -> bool:
        """Whether the newest enabled version holds what AWS holds."""
        ...

    def copy(self, source: str, vault: str, name: str) -> str:
        """Set a new version unless `same`; the id of the newest version."""
        ...

    def remove(self, vault: str, name: str, keep: list[str]) -> None:
        """Disable every version that is not in `keep`; delete the secret when `keep` is empty."""
        ...


class TargetApp(Protocol):
    """The function app, through Resource Manager."""

    def exists(self) -> bool: ...

    def running(self) -> bool: ...

    def host_name(self) -> str: ...

    def base_url(self) -> str: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def settings(self) -> dict[str, str]:
        """App settings; values may be secret: never record them."""
        ...

    def change_settings(self, change: dict[str, str], remove: list[str]) -> None:
        """Merge into the app settings; nothing is sent when nothing would change."""
        ...

    def functions(self) -> list[TargetFunction]:
        """What the host reports; empty while it starts or when the package is broken."""
        ...

    def sync_triggers(self) -> None: ...

    def reference_problems(self) -> dict[str, str]:
        """App settings with a Key Vault reference that does not resolve, and why."""
        ...

    def bound_domains(self) -> list[str]: ...

    def bind_domain(self, host_name: str, thumbprint: str | None) -> None: ...

    def unbind_domain(self, host_name: str) -> None: ...


class Permissions(Protocol):
    """What the agent's identities may do."""

    def missing(self, needed: list[tuple[str, str]]) -> list[str]:
        """Of (action, resource), those that are not allowed, as text."""
        ...


class Web(Protocol):
    """Plain HTTP requests, as clients send them."""

    def ask(self, method: str, url: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        """Never raises for an answer or for none; redirects are not followed, the time-out is 10 seconds."""
        ...
