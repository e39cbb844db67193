"""Errors inside of errors, as deployments of Resource Manager tell them: the innermost says what is wrong."""

import json
from typing import Any


def innermost(error: Any) -> str:
    """`code: message` of the errors that have no details of their own, joined by `; `; empty for None.

    Args:
        error: an ErrorResponse of an SDK or its JSON: `code`, `message`, `details`; a message may hold such JSON again, for
            resource providers wrap their answers so.
    """
    if error is None:
        return ""
    details = list(error.get("details") or [])
    if details:
        return "; ".join(dict.fromkeys(filter(None, map(innermost, details))))
    message = str(error.get("message") or "")
    wrapped = _wrapped(message)
    if wrapped is not None:
        return innermost(wrapped)
    return f"{error.get('code')}: {message}" if error.get("code") else message


def _wrapped(message: str) -> dict[str, Any] | None:
    if not message.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(message)
    except ValueError:
        return None
    found = found.get("error", found)
    return found if isinstance(found, dict) and (found.get("message") or found.get("details")) else None
