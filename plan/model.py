"""The plan as a whole.

Lives here: the root model. Rules between its parts are in `rules.py`, reading a file in `load.py`.
"""

from typing import Annotated, Literal

from pydantic import Field

from plan.fields import Part, WorkloadName
from plan.people import Failback, Gate, GateName, Owner, Role, SignOff, Timing, Window
from plan.source import Source
from plan.state import Secret, State
from plan.target import Target
from plan.traffic import Checks, Mapping, Route53Router

Strategy = Literal["planned-downtime", "zero-downtime", "minimized-downtime"]


class Plan(Part):
    """What a run is started with; see the example plan for a commented file."""

    version: Literal[1]
    workload: WorkloadName
    strategy: Strategy
    source: Source
    target: Target
    mapping: Annotated[list[Mapping], Field(min_length=1)]
    state: State = State()
    secrets: list[Secret] = []
    traffic: Route53Router
    checks: Checks
    owners: dict[Role, Owner]
    approvals: dict[GateName, Gate]
    window: Window
    failback: Failback = Failback()
    timing: Timing = Timing()
    sign_offs: Annotated[list[SignOff], Field(min_length=1)]
    """Pre-migration tasks that are done: design reviewed, code changed and tested, subscription ready, template built."""
