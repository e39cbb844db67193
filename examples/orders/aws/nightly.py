"""Lambda `orders-nightly`: writes the day's report when the schedule fires.

Lives here: the content of the report. Never here: AWS calls (store.py).
"""

from typing import Any

import store


def handler(event: dict[str, Any], _context: Any) -> dict[str, str]:
    """Entry point; `event["time"]` is the time the schedule meant, so a late run reports the right day."""
    date = event["time"][:10]
    by_status = store.statuses()
    report = {"date": date, "orders": sum(by_status.values()), "by_status": by_status}
    store.write_document(f"reports/{date}.json", report, {"kind": "report"})
    print("report", date, report["orders"])
    return {"report": f"reports/{date}.json"}
