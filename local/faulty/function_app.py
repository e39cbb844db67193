"""The agent with one step that fails: for trying the way back from everywhere.

Lives here: the fault. The product knows nothing of it. The setting FAIL_AT names the step; with FAIL_WHEN=before it fails
before it has done anything, otherwise it does its work and then says that it failed.
"""

import os

from activities.registry import STEPS
from activities.step import Failed, Step, Verdict, Work
from adapters.errors import AdapterError
from adapters.records import Json
from local.agent_app import load_agent

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

app = load_agent()
