"""A run without downtime in the middle of its ramp, written to a ledger as the product writes it. Never here: a browser."""

from datetime import UTC, datetime
from typing import Any

from ledger.ledger import Ledger
from tests.web.stories import Story, ago

LOOKS = 10
EVERY = 30.0
"""Seconds between two looks of a watch."""


def ramped(ledger: Ledger, weight: int, **changes: Any) -> Story:
    """A run that watches both sides at this weight, with every smaller share behind it; AWS errs once a watch, Azure never."""
    told = Story(ledger, strategy="zero-downtime", **({"started": ago(3600)} | changes))
    shifts = [one for one in told.run.runbook if one["name"] in {"shift_traffic", "judge_traffic"}]
    last = next(one["seq"] for one in shifts if one["name"] == "judge_traffic" and one["arguments"]["weight"] == weight)
    told.works(last, began=EVERY * LOOKS)
    begun = [one for one in shifts if one["seq"] <= last]
    began = EVERY * LOOKS * len(begun) / 2
    for line in begun:
        share = int(line["arguments"]["weight"])
        if line["name"] == "shift_traffic":
            told.line(line["seq"], evidence={"weight": share, "switched": ago(began)}, started=ago(began), ended=ago(began))
        else:
            ended = None if line["seq"] == last else ago(began - EVERY * LOOKS)
            told.line(line["seq"], evidence=watched(share, began), started=ago(began), ended=ended)
            began -= EVERY * LOOKS
    return told


def watched(share: int, began: float) -> dict[str, Any]:
    """What a watch has seen that began so many seconds ago."""
    start = datetime.now(UTC).timestamp() - began
    trail = [[round(start + EVERY * look, 1), *sides(look, share)] for look in range(LOOKS)]
    aws, aws_errors, azure, azure_errors = sides(LOOKS - 1, share)
    probes = {"total": 40, "bad": 0}
    return {
        "since": ago(began),
        "weight": share,
        "request_trail": trail,
        "metrics": {"source": {"requests": aws, "errors": aws_errors}, "target": {"requests": azure, "errors": azure_errors}},
        "probes": {"source": probes, "target": probes},
    }


def sides(look: int, share: int) -> tuple[int, int, int, int]:
    """Requests and errors of AWS, then of Azure, at a look: 60 requests from one look to the next."""
    return look * 60 * (100 - share) // 100, int(look > LOOKS // 2), look * 60 * share // 100, 0
