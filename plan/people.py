"""People and time: owners, approvals, the window, what a failback may do."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from plan.fields import Duration, HttpUrl, Name, Part

Role = Literal["lead", "aws", "azure", "network", "data", "qa", "approver"]
GateName = Literal["sign-off", "open-window", "cutover", "finalize"]
Channel = Literal["key", "link", "entra", "teams", "event"]


Identity = Annotated[
    str,
    Field(
        pattern=r"^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[^\s@]+@[^\s@]+)$",
        examples=["lena@example.com", "5b1d6a3e-6c0c-4d5e-9a44-0f3f2b9c7a10"],
    ),
]


class Owner(Part):
    """A person who answers for a role."""

    name: Name
    """The person's name; approvers are named by it."""
    contact: Name
    """How to reach the person in the night: telephone number, chat handle or address."""
    identity: Identity | None = None
    """Who the person is in Entra ID: object id or user principal name; the object id never changes hands."""


class Gate(Part):
    """A point where the run waits for people."""

    approvers: Annotated[list[Name], Field(min_length=1)]
    """Names of owners who may decide."""
    roles: list[Name] = []
    """App roles of Entra ID whose holders may decide too, each under the own name."""
    quorum: Annotated[int, Field(ge=1, le=20)] = 1
    """How many of them must approve; one who rejects is enough."""
    not_by_starter: bool = False
    """Whoever started the run may not approve here; the start must then say who that is."""
    channels: Annotated[list[Channel], Field(min_length=1)] = ["key", "link", "entra", "teams", "event"]
    """Ways by which a decision may come: function key, signed link, Entra ID, Teams, signed event."""
    delegates: dict[Name, list[Name]] = {}
    """Owners who may decide in an approver's place, by the approver's name."""
    reminder: Duration | None = None
    """How often people are told again that the gate waits; never, unless given."""
    timeout: Duration = timedelta(hours=4)
    """How long the gate waits for a decision."""
    on_timeout: Literal["hold", "fail-back", "abort"] = "hold"
    """hold: ask again; fail-back: undo everything; abort: the same, recorded as aborted."""


class Window(Part):
    """How long the workload may be down, counted from the approval of `open-window`.

    With minimized downtime: from when the last changes before the closing were brought over, right after that approval.
    """

    length: Duration
    """How long it may last, such as 30m."""
    on_overrun: Literal["hold", "fail-back", "continue"] = "hold"
    """At 100 %: hold before the next step and ask, undo everything, or go on. A warning is recorded at 80 %."""
    announce_to: list[HttpUrl] = []
    """Addresses that get a JSON message when the maintenance begins and when it is taken back."""


class Failback(Part):
    """What a failback may do beyond restoring AWS."""

    clock_skew: Duration = timedelta(minutes=5)
    """Margin by which entities changed on Azure before the cutover are looked at again."""
    keep_target_data: bool = False
    """Keep what was copied to Azure, instead of clearing it once the write-back is verified."""
    retention: Duration = timedelta(days=30)
    """How long the dormant source is kept before `dayzero retire` may delete its functions and triggers."""
    conflicts: Literal["stop", "keep-source", "keep-target"] = "stop"
    """Which value wins when both sides changed the same item."""


class SignOff(Part):
    """A confirmation that a pre-migration task was completed."""

    task: Name
    """What was done."""
    by: Name
    """Who confirms it."""
    on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-11-20"])]
    """The day, as year-month-day."""


class Timing(Part):
    """How patiently the run waits."""

    poll: Duration = timedelta(seconds=5)
    """Between two looks at something that is waited for."""
    step_timeout: Duration = timedelta(hours=2)
    """After this a step that still waits has failed."""
    bake: Duration = timedelta(minutes=15)
    """Watched after the switch before `finalize` is asked for."""
    attempts: Annotated[int, Field(ge=1, le=20)] = 3
    """Tries of a step, and of each undo."""
    sync: Duration = timedelta(minutes=1)
    """While people are waited for before the cutover: between two times that changes are brought over."""
    look: Duration = timedelta(minutes=1)
    """While a gate waits: between two looks whether the source is as the run left it."""
    lag: Duration = timedelta(seconds=5)
    """Minimized downtime: how far the copy may be behind the source when the window opens."""
    retry_delay: Duration = timedelta(seconds=2)
    """Between two tries."""
    outage: Duration = timedelta(minutes=2)
    """For how long a cloud that does not answer, or throttles, is waited for without using up `attempts`."""
    on_lost: Literal["resume", "ask"] = "resume"
    """When the run's orchestration is lost, with its task hub for instance: go on from the ledger, or ask for a `retry`."""
    lost_after: Duration = timedelta(minutes=3)
    """Without a sign of life for that long, a run that no orchestration carries counts as lost."""
