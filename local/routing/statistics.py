"""What the edge counts per record: requests by class of status, and when each origin was last used.

Lives here: counters. Never here: anything that decides.
"""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tally:
    """Requests sent to one record. Times are epoch seconds, None while there were none."""

    requests: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    failed_at_edge: int = 0
    first_good_answer: float | None = None
    last_answer: float | None = None
    last_request: float | None = None

    def sent(self) -> None:
        """A request goes out."""
        self.requests += 1
        self.last_request = time.time()

    def answered(self, status: int) -> None:
        """The origin answered."""
        self.answers[f"{status // 100}xx"] += 1
        self.last_answer = time.time()
        if status < 500 and self.first_good_answer is None:
            self.first_good_answer = self.last_answer

    def failed(self) -> None:
        """The origin gave no answer; the edge made one (502 or 504)."""
        self.failed_at_edge += 1

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return vars(self) | {"answers": dict(self.answers)}
