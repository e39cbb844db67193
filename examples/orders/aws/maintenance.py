"""Lambda `orders-maintenance`: the front door during a planned window. It touches no state.

Lives here: the one answer that every client gets. Never here: anything else.
"""

import json
from typing import Any


def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Entry point: 503 with a time to come back."""
    print("maintenance 503")
    return {
        "statusCode": 503,
        "headers": {"content-type": "application/json", "retry-after": "30"},
        "body": json.dumps({"error": "closed for planned maintenance; try again in 30 seconds", "retry_after_seconds": 30}),
    }
