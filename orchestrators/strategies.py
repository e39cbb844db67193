"""Which runbook a strategy means, and the orchestrator of each."""

from orchestrators.minimized_downtime import minimized_downtime
from orchestrators.planned_downtime import planned_downtime
from orchestrators.saga import Runbook
from orchestrators.zero_downtime import zero_downtime

RUNBOOKS: dict[str, Runbook] = {
    "planned-downtime": planned_downtime,
    "zero-downtime": zero_downtime,
    "minimized-downtime": minimized_downtime,
}
