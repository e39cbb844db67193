"""`python -m local.traffic`: send traffic, audit, write the report.

Lives here: the command line. Never here: behaviour.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from local.traffic.audit import KINDS
from local.traffic.generator import Traffic


def main() -> int:
    """Run until the time is over, the file appears or Ctrl-C; 0 when every promise was kept, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m local.traffic", description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True, help="base URL of the way in")
    parser.add_argument("--rate", type=float, default=20.0, help="requests a second")
    parser.add_argument("--ramp", type=float, default=0.0, help="seconds in which the rate grows from nothing")
    parser.add_argument("--duration", type=float, default=3600.0, help="end after so many seconds")
    parser.add_argument("--until-file", type=Path, help="end as soon as this file exists")
    parser.add_argument("--out", type=Path, required=True, help="where the report goes (JSON)")
    parser.add_argument("--seed", type=int, default=1, help="repeats contents and choices")
    parser.add_argument("--settle", type=float, default=60.0, help="seconds the audit waits for the queue work at most")
    given = parser.parse_args()
    traffic = Traffic(given.url, rate=given.rate, ramp=given.ramp, max_seconds=given.duration, seed=given.seed)
    try:
        with traffic:
            while traffic.running and not (given.until_file and given.until_file.exists()):
                time.sleep(0.1)
    except KeyboardInterrupt:
        print("stopped; auditing what was acknowledged", file=sys.stderr)
    orders = traffic.audit(settle_seconds=given.settle)
    report = traffic.report()
    given.out.write_text(json.dumps(report, indent=2, sort_keys=True))
    broken = sum(orders[kind] for kind in KINDS)
    requests = report["requests"]
    print(f"requests: {requests['sent']} sent, {requests['failed']} failed")
    print(f"orders: {report['orders']['acknowledged']} acknowledged,", ", ".join(f"{orders[kind]} {kind}" for kind in KINDS))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
