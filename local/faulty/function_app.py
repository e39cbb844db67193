"""The agent with one step that does its work and then says that it failed: for trying the way back from everywhere.

Lives here: the fault. The product knows nothing of it. The setting FAIL_AT names the step.
"""

import importlib.util
import os
from pathlib import Path

from activities.registry import STEPS
from activities.step import Failed, Step, Verdict, Work
from adapters.records import Json


def fail(_step: Step, _work: Work, _before: Json) -> Verdict:
    """What the chosen step says, whatever it did."""
    return Failed("this step was told to fail", "Nothing to mend: a rehearsal asked for it.", "rehearsed")


STEPS[os.environ["FAIL_AT"]].verify = fail  # type: ignore[method-assign]  # that is the fault

_spec = importlib.util.spec_from_file_location("agent", Path(__file__).resolve().parents[2] / "function_app.py")
if _spec is None or _spec.loader is None:
    raise ImportError("function_app.py is not where the repository has it")
_agent = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_agent)
app = _agent.app
