"""Lambda `orders-nightly`: writes the day's report when the schedule fires, one document a firing.

Lives here: the content of the report. Never here: AWS calls (store.py).
"""

from typing import Any

import store


def handler(event: dict[str, Any], _context: Any) -> dict[str, str]:
    """Entry point; `event["time"]` is the time the schedule meant, so a late run reports the right day."""
    minute = event["time"][:16]
    by_status = store.statuses()
    report = {"date": minute[:10], "firing": f"{minute}Z", "orders": sum(by_status.values()), "by_status": by_status}
    name = f"reports/{minute.replace(':', '')}-aws.json"
    store.write_document(name, report, {"kind": "report"})
    print("report", minute, report["orders"])
    return {"report": name}
