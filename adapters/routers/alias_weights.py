"""Weights of Lambda aliases: which share of a function's callers gets its own version, and which one that forwards to Azure.

Lives here: the routing of aliases. Never here: publishing (`forwarder_version.py`), and who may be routed (`alias_guard.py`).
Source: Lambda API reference, UpdateAlias; developer guide, "Implement Lambda canary deployments using a weighted alias".
"""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import boto3

from adapters.aws.errors import aws_errors
from adapters.errors import AdapterError, Conflict
from adapters.forwarder.handler import EVENTS, KEY_SECRET, TARGET
from adapters.records import Json, Split
from adapters.routers.alias_guard import check_alias
from adapters.routers.forwarder_version import ForwarderVersion
from adapters.routers.who_answers import WhoAnswers


class AliasWeights:
    """Router of aliases, all of them with the same weight.

    Args:
        session: from `aws_session`.
        aliases: alias by the function's name.
        target_url: asked for the base URL of the target when the forwarder is published.
        who: asked by `observed`.
        events: address on the target for events that are no HTTP requests.
        key_secret: name of the secret with the function key that the forwarder sends.
        settle: seconds for which Lambda's hosts may still act on old weights; waited before a version that had some is deleted.
    """

    def __init__(
        self,
        session: boto3.Session,
        aliases: Mapping[str, str],
        target_url: Callable[[], str],
        who: WhoAnswers,
        events: str | None = None,
        key_secret: str | None = None,
        settle: float = 5.0,
    ) -> None:
        self._client: Any = session.client("lambda")
        self._aliases, self._target_url, self._who = dict(aliases), target_url, who
        self._more = {EVENTS: events, KEY_SECRET: key_secret}
        self._settle, self._lock = settle, threading.Lock()

    def snapshot(self) -> Json:
        """Alias, versions and code hash of each function; `ttl` is 0, since callers keep nothing.

        Raises:
            Conflict: something calls a function without its alias, or the forwarder could not be published.
        """
        return {"ttl": 0, "functions": {name: self._state(name, alias) for name, alias in sorted(self._aliases.items())}}

    def weight(self) -> int:
        """Percentage of callers that the aliases send to the forwarder; the lowest while a change is half done."""
        return min(self._share(name, alias) for name, alias in self._aliases.items())

    def set_weight(self, target: int, ttl: timedelta) -> None:  # noqa: ARG002 - callers keep no answers of it
        """Send that percentage to the forwarder, which is published first if it is not there yet; `ttl` means nothing here.

        Raises:
            AdapterError: `invalid` for a weight outside 0 to 100.
        """
        if not 0 <= target <= 100:
            raise AdapterError("invalid", f"aliases: {target} is not a percentage", "Give a weight from 0 to 100.")
        with self._lock:
            settings = {TARGET: self._target_url().rstrip("/")} | {name: value for name, value in self._more.items() if value}
            for name, alias in self._aliases.items():
                before, forwarder = self._checked(name, alias), ForwarderVersion(self._client, name)
                version = forwarder.find(settings) or forwarder.publish(settings)
                self._route(name, alias, before["FunctionVersion"], {version: target / 100} if target else {})

    def restore(self, before: Json) -> None:
        """Aliases and `$LATEST` as they were; versions that were published since by this router are deleted."""
        with self._lock:
            for name, alias in self._aliases.items():
                state, forwarder = before["functions"][name], ForwarderVersion(self._client, name)
                if self._route(name, alias, state["version"], state["weights"]):
                    time.sleep(self._settle)
                forwarder.put_back()
                forwarder.remove(state["versions"])

    def observed(self, samples: int) -> Split:
        """Requests at the clients' address, one version each; functions that no client asks by HTTP have the same weight."""
        return self._who.split(samples)

    def _state(self, name: str, alias: str) -> Json:
        check_alias(self._client, name, alias)
        found, forwarder = self._checked(name, alias), ForwarderVersion(self._client, name)
        with aws_errors(f"Lambda function {name}"):
            code = self._client.get_function_configuration(FunctionName=name)["CodeSha256"]
        return {
            "alias": alias,
            "version": found["FunctionVersion"],
            "weights": _weights(found),
            "code_sha256": code,
            "versions": forwarder.versions(),
        }

    def _share(self, name: str, alias: str) -> int:
        return round(100 * sum(_weights(self._checked(name, alias)).values()))

    def _checked(self, name: str, alias: str) -> Json:
        """The alias, once it is clear that its weights are ours.

        Raises:
            Conflict: the alias leads to `$LATEST`, or to a version of somebody else's besides its own.
        """
        found = self._alias(name, alias)
        if found["FunctionVersion"] == "$LATEST":
            mend = f"Publish a version of {name}, and let the alias lead to it."
            raise Conflict(f"alias {alias} of {name} leads to $LATEST, which cannot have weights", mend)
        weights = _weights(found).keys()
        if weights and (others := weights - ForwarderVersion(self._client, name).forwarding()):
            mend = "End the canary deployment of this alias first."
            raise Conflict(f"alias {alias} of {name} sends callers to version {', '.join(sorted(others))} too", mend)
        return found

    def _alias(self, name: str, alias: str) -> Json:
        with aws_errors(
            f"alias {alias} of Lambda function {name}", "Create it and let every caller use it; see docs/routers.md."
        ):
            return dict(self._client.get_alias(FunctionName=name, Name=alias))

    def _route(self, name: str, alias: str, version: str, weights: dict[str, float]) -> bool:
        """Set version and weights of the alias, and whether that was a change; nothing is sent otherwise."""
        found = self._alias(name, alias)
        if (found["FunctionVersion"], _weights(found)) == (version, weights):
            return False
        with aws_errors(f"alias {alias} of Lambda function {name}"):
            self._client.update_alias(
                FunctionName=name,
                Name=alias,
                FunctionVersion=version,
                RoutingConfig={"AdditionalVersionWeights": weights},
                RevisionId=found["RevisionId"],
            )
        return True


def _weights(alias: Json) -> dict[str, float]:
    return dict(alias.get("RoutingConfig", {}).get("AdditionalVersionWeights") or {})
