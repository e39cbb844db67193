"""The agent with one step that fails: for trying the way back from everywhere.

Lives here: the fault. The product knows nothing of it. The setting FAIL_AT names the step; with FAIL_WHEN=before it fails
before it has done anything, otherwise it does its work and then says that it failed.
"""

import importlib.util
import os
from pathlib import Path

from activities.registry import STEPS
from activities.step import Failed, Step, Verdict, Work
from adapters.errors import AdapterError
from adapters.records import Json

SAID = "this step was told to fail"
MEND = "Nothing to mend: a rehearsal asked for it."


def fail_before(self: Step, work: Work, before: Json) -> Json:
    """What the chosen step does instead of its work."""
    raise AdapterError("invalid", SAID, MEND)


def fail_after(self: Step, work: Work, before: Json) -> Verdict:
    """What the chosen step says, whatever it did."""
    return Failed(SAID, MEND, "rehearsed")


_chosen = STEPS[os.environ["FAIL_AT"]]
if os.environ.get("FAIL_WHEN") == "before":
    _chosen.do = fail_before  # type: ignore[method-assign]  # that is the fault
else:
    _chosen.verify = fail_after  # type: ignore[method-assign]  # the same

_spec = importlib.util.spec_from_file_location("agent", Path(__file__).resolve().parents[2] / "function_app.py")
if _spec is None or _spec.loader is None:
    raise ImportError("function_app.py is not where the repository has it")
_agent = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_agent)
app = _agent.app
