"""Everything a step may touch, in one record. `wiring.py` fills it for real, tests fill it as they like."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters import ports
from adapters.clocks import Clock
from adapters.deploying import Infrastructure, Package
from adapters.ladder import Ladder
from adapters.observing import Observer, Side
from adapters.replication import Replication
from adapters.retiring import Retirement


@dataclass(frozen=True)
class World:
    """The ports of one run's plan; stores, queues and secrets are those that the plan names."""

    functions: ports.SourceFunctions
    mappings: ports.EventMappings
    schedules: ports.Schedules
    front_door: ports.FrontDoor
    bucket_events: ports.BucketEvents
    queues: ports.SourceQueues
    retirement: Retirement
    router: ports.Router
    stores: Mapping[str, ports.StateStore]
    replications: Mapping[str, Replication]
    """By the names of the stores."""
    ladder: Ladder
    """Of plans that have one; asking another plan's is `invalid`."""
    movers: Mapping[str, ports.QueueMover]
    secrets: ports.SecretCopier
    app: ports.TargetApp
    package: Package
    infrastructure: Infrastructure
    aws_permissions: ports.Permissions
    aws_needs: list[tuple[str, str]]
    """What the runbook needs of `aws_permissions` for this plan, as (action, resource)."""
    azure_permissions: ports.Permissions
    azure_needs: list[tuple[str, str]]
    """What the runbook needs of `azure_permissions` for this plan, as (action, scope)."""
    web: ports.Web
    clocks: Mapping[Side, Clock]
    """The clock of each side's cloud."""
    observers: Mapping[Side, Observer]
    """What each side counts about itself."""
