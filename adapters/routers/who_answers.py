"""Who answers at the clients' address, told by the answer itself: for routers that choose request by request.

Never here: which fields tell the sides apart; the plan says so (`checks.target_says`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.errors import AdapterError
from adapters.ports import Web
from adapters.records import Split
from adapters.routers.sampling import sampled

_UNTOLD = "the plan does not say how Azure's answers differ (checks.target_says), so nobody was asked"


@dataclass(frozen=True)
class WhoAnswers:
    """A safe request at the clients' address.

    Args:
        web: asks over a new connection each time.
        method: of the request.
        url: of the request, whole.
        statuses: of a right answer.
        target_says: fields that the JSON answer has with these values when Azure gave it, and otherwise when AWS did.
    """

    web: Web
    method: str
    url: str
    statuses: Collection[int]
    target_says: Mapping[str, Any] = field(default_factory=dict)

    def split(self, samples: int) -> Split:
        """Ask that often, a few at a time; a wrong answer is asked for once more.

        Raises:
            AdapterError: `unreachable` when an answer was wrong twice.
        """
        if not self.target_says:
            return Split(0, 0, _UNTOLD)
        return Split(samples, sum(sampled(self._by_target, samples)), f"{self.method} {self.url}")

    def _by_target(self, _number: int) -> bool:
        answer = self.web.ask(self.method, self.url)
        if answer.status not in self.statuses:
            answer = self.web.ask(self.method, self.url)
        if answer.status not in self.statuses or not isinstance(answer.body, dict):
            what = answer.error or f"status {answer.status}, where a right one with a JSON object was expected"
            raise AdapterError("unreachable", f"{self.method} {self.url}: {what}", "Look at what clients get there.")
        return all(answer.body.get(name) == value for name, value in self.target_says.items())
