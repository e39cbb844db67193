"""How an exception becomes an error that a person can act on: code, message, mend; never a secret.

Lives here: the translation. An unexpected exception is named by its type and place only, since its text may hold anything.
"""

import logging
import traceback
from pathlib import Path

from adapters.errors import AdapterError
from adapters.records import Json
from ledger.errors import LedgerRefused, LedgerUnavailable, TakenOver

WITHOUT_LEDGER = {"ledger-unreachable", "ledger-refused"}
"""Codes of errors that begin nothing: they use up no try."""
TRANSIENT = {"throttled", "unreachable"} | WITHOUT_LEDGER
FINAL = {"timeout", "worse-than-source", "hazard"}
"""Codes of errors that another try does not mend: it was patient, clients would suffer longer, or somebody has to decide."""
SLOW = {"timeout", "not-followed"}
"""Codes of a change that was made, though not everybody follows it yet."""
TAKEN_OVER = "taken-over"
"""Code of the answer to an orchestration that no longer carries its run."""

_LOG = logging.getLogger("dayzero.steps")


def as_error(error: Exception, step: str) -> Json:
    """`{"code", "message", "mend"}` for the ledger and the saga."""
    match error:
        case AdapterError():
            return {"code": error.code, "message": error.message, "mend": error.mend}
        case LedgerRefused():
            return {"code": "ledger-refused", "message": str(error), "mend": LedgerRefused.MEND}
        case LedgerUnavailable():
            return {"code": "ledger-unreachable", "message": str(error), "mend": LedgerUnavailable.MEND}
        case TakenOver():
            return {"code": "taken-over", "message": str(error), "mend": TakenOver.MEND}
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    _LOG.error("step %s: unexpected %s at %s", step, type(error).__name__, place)
    message = f"unexpected {type(error).__name__} at {place}"
    return {"code": "unexpected", "message": message, "mend": "This is a defect of dayzero; abort or retry, and report it."}
