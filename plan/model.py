"""The plan as a whole.

Lives here: the root model. Rules between its parts are in `rules.py`, reading a file in `load.py`.
"""

from typing import Annotated, Literal

from pydantic import Field

from plan.accepted import AcceptedFinding
from plan.checks import Checks
from plan.fields import Part, WaveName, WorkloadName
from plan.notices import Sink
from plan.people import Failback, Gate, GateName, Owner, Role, SignOff, Timing, Window
from plan.rehearsal import Rehearsal
from plan.source import Source
from plan.state import Secret, State
from plan.target import Target
from plan.traffic import Mapping, Traffic

Strategy = Literal["planned-downtime", "zero-downtime", "minimized-downtime"]


class Plan(Part):
    """What a run is started with; see the example plan for a commented file."""

    version: Literal[1]
    """Version of this format."""
    workload: WorkloadName
    """Name of what moves together; one migration of a workload lives at a time."""
    wave: WaveName | None = None
    """Migrations that belong together, such as those of one night, carry the same name; lists show them as one wave."""
    strategy: Strategy
    """How the workload moves: within a window, without downtime, or with a short window after a live copy."""
    source: Source
    """What runs on AWS now."""
    target: Target
    """What takes over on Azure."""
    mapping: Annotated[list[Mapping], Field(min_length=1)]
    """Which Azure functions take over which trigger; every trigger of the source has its entry."""
    state: State = State()
    """Data and queues that move."""
    secrets: list[Secret] = []
    """Secrets that move; the plan names them and never holds their values."""
    traffic: Traffic
    """How clients are sent to one side or the other."""
    checks: Checks
    """How the target proves that it works."""
    owners: dict[Role, Owner]
    """Who answers for which role; one person may hold several."""
    approvals: dict[GateName, Gate]
    """Who decides at which gate; `sign-off` is asked for before anything is changed, in plans that have it."""
    notices: list[Sink] = []
    """Who is told what happens."""
    window: Window
    """How long the workload may be down."""
    failback: Failback = Failback()
    """What going back may do."""
    timing: Timing = Timing()
    """How patiently the run waits."""
    accepted_findings: list[AcceptedFinding] = []
    """Hazards that `inspect_workload` finds and that need not stop the run."""
    rehearsal: Rehearsal | None = None
    """Where the runbook may be rehearsed with failures, and how fresh its rehearsals have to be."""
    sign_offs: Annotated[list[SignOff], Field(min_length=1)]
    """Pre-migration tasks that are done: design reviewed, code changed and tested, subscription ready, template built."""
