"""Orchestrators as the Functions host sees them.

Lives here: registration, in the native two-argument style.
"""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
from durabletask.task import OrchestrationContext, Task

from orchestrators.calls import Outcome
from orchestrators.copy_part import copy_part
from orchestrators.saga import Runbook, conduct
from orchestrators.strategies import RUNBOOKS

bp = df.Blueprint()


def function_name(strategy: str) -> str:
    """The orchestrator's name for a strategy: `planned-downtime` is run by `planned_downtime`."""
    return strategy.replace("-", "_")


def _register(strategy: str, runbook: Runbook) -> None:
    def orchestrator(ctx: OrchestrationContext, run: dict[str, Any]) -> Generator[Task[Any], Any, Outcome]:
        return (yield from conduct(ctx, run, runbook))

    orchestrator.__name__ = function_name(strategy)
    bp.orchestration_trigger(context_name="context")(orchestrator)


for _strategy, _runbook in RUNBOOKS.items():
    _register(_strategy, _runbook)
bp.orchestration_trigger(context_name="context")(copy_part)
