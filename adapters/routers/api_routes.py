"""The routes of HTTP APIs: all of them lead to Azure, or all of them to where they led before.

Lives here: one integration for each place that a route led to, and deployments of stages that do not deploy by themselves.
What each of ours stands in for is written in its description, so that the way back needs nothing else.
Never here: integrations that were there before, and the maintenance function (`adapters/aws/front_door.py`).
Source: API Gateway developer guide, "HTTP proxy integrations" and "Parameter mapping" (HTTP APIs).
"""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import boto3

from adapters.aws.http_api import HttpApi
from adapters.errors import AdapterError, Conflict
from adapters.records import Json, Split
from adapters.routers.who_answers import WhoAnswers

_OURS = "dayzero traffic instead of "
"""Begins the description of what this router adds; the place that it stands in for follows."""
_PATH = {"overwrite:path": "$request.path"}
"""A proxy integration takes the path of its URI; this makes it the path of the request, without the stage."""


class ApiRoutes:
    """Router of whole HTTP APIs; a request meets the old integration or the new one, never none.

    Args:
        session: from `aws_session`.
        apis: ids of the HTTP APIs; every route of them moves.
        target_url: asked for the base URL of the target when clients are sent there.
        who: asked by `observed`.
        settle: seconds for which gateways may still act on what they knew; waited before what was added is taken away.
    """

    def __init__(
        self,
        session: boto3.Session,
        apis: Sequence[str],
        target_url: Callable[[], str],
        who: WhoAnswers,
        settle: float = 5.0,
    ) -> None:
        client = session.client("apigatewayv2")
        self._doors = {api: HttpApi(client, api) for api in apis}
        self._target_url, self._who, self._settle = target_url, who, settle
        self._lock = threading.Lock()

    def snapshot(self) -> Json:
        """Where routes lead, what stages serve, and what of it is ours; `ttl` is 0, since clients keep nothing."""
        return {"ttl": 0, "apis": {api: _state(door) for api, door in self._doors.items()}}

    def weight(self) -> int:
        """0 or 100; in between only while a switch is half done."""
        shares = [share for door in self._doors.values() for share in _shares(door)]
        if not shares:
            mend = "Add routes, or correct the api of the http triggers in the plan."
            raise Conflict(f"HTTP API {', '.join(self._doors)} has no route that leads anywhere", mend)
        mean = 100 * sum(shares) / len(shares)
        return int(mean) if mean in {0, 100} else min(max(round(mean), 1), 99)

    def set_weight(self, target: int, ttl: timedelta) -> None:  # noqa: ARG002 - clients keep no answers of it
        """All routes to Azure (100), or back (0) and away with what was added; `ttl` means nothing here.

        Raises:
            AdapterError: `invalid` for another weight, or when the target's address has a path: clients keep theirs.
        """
        if target not in {0, 100}:
            what = f"HTTP API {', '.join(self._doors)}: the weight must be 0 or 100, not {target}"
            raise AdapterError("invalid", what, "Give the plan traffic.ramp: [100], or a router with weights.")
        with self._lock:
            for door in self._doors.values():
                if target:
                    self._lead_away(door)
                else:
                    self._lead_back(door)

    def restore(self, before: Json) -> None:
        """Routes and stages as they were; integrations and deployments that were added since are deleted.

        Raises:
            Conflict: somebody deleted a route since the snapshot; all others are back by then.
        """
        gone: list[str] = []
        with self._lock:
            for api, door in self._doors.items():
                state = before["apis"][api]
                door.lead(state["routes"])
                door.serve(state["stages"])
                self._remove(door, state["ours"])
                there = {route["RouteId"] for route in door.routes()}
                gone += [f"{route} of {api}" for route in state["routes"] if route not in there]
        if gone:
            raise Conflict(f"deleted since the snapshot: route {', '.join(gone)}", "Create these routes again by hand.")

    def observed(self, samples: int) -> Split:
        """Requests at the clients' address; the API does not say by which integration it answered, so the answer has to."""
        return self._who.split(samples)

    def _lead_away(self, door: HttpApi) -> None:
        url = self._checked_url()
        ours, stand_ins = _ours(door, url), _stand_ins(door)
        targets = {}
        for route, place in _places(door).items():
            if place not in stand_ins:
                ours[place] = ours.get(place) or _add(door, place, url)
                targets[route] = f"integrations/{ours[place]}"
        door.lead(targets)
        deployments = _deployments(door)
        for stage in door.stages():
            if not stage.get("AutoDeploy") and stage.get("DeploymentId") not in deployments:
                door.deploy(stage["StageName"], f"{_OURS}{stage.get('DeploymentId', '')}")

    def _lead_back(self, door: HttpApi) -> None:
        stand_ins, deployments = _stand_ins(door), _deployments(door)
        door.lead({route: stand_ins[place] for route, place in _places(door).items() if place in stand_ins})
        served = {stage["StageName"]: str(stage.get("DeploymentId")) for stage in door.stages()}
        door.serve({name: deployments[one] for name, one in served.items() if one in deployments})
        self._remove(door, [])

    def _remove(self, door: HttpApi, kept: list[str]) -> None:
        integrations = [place.removeprefix("integrations/") for place in _stand_ins(door)]
        added = [one for one in integrations if one not in kept]
        deployments = [one for one in _deployments(door) if one not in kept]
        if added or deployments:
            door.await_deployments()
            time.sleep(self._settle)
        for deployment in deployments:
            door.call("delete_deployment", DeploymentId=deployment)
        for integration in added:
            door.call("delete_integration", IntegrationId=integration)

    def _checked_url(self) -> str:
        url = self._target_url().rstrip("/")
        if urlsplit(url).path:
            what = f"HTTP API {', '.join(self._doors)}: clients keep their paths, but the target's address {url} has one"
            raise AdapterError(
                "invalid", what, 'Set "routePrefix": "" in the app\'s host.json and target.base_url to its host.'
            )
        return url


def _state(door: HttpApi) -> Json:
    stages = {stage["StageName"]: stage["DeploymentId"] for stage in door.stages() if stage.get("DeploymentId")}
    ours = [place.removeprefix("integrations/") for place in _stand_ins(door)] + list(_deployments(door))
    return {"routes": _places(door), "stages": stages, "ours": sorted(ours)}


def _shares(door: HttpApi) -> list[float]:
    """For each stage, which part of its routes leads to Azure; without a stage, as if one deployed by itself."""
    stand_ins, deployments, places = _stand_ins(door), _deployments(door), _places(door)
    if not places:
        return []
    routes = sum(place in stand_ins for place in places.values()) / len(places)
    fixed = [float(stage.get("DeploymentId") in deployments) for stage in door.stages() if not stage.get("AutoDeploy")]
    return [routes, *fixed]


def _places(door: HttpApi) -> dict[str, str]:
    """Where each route leads, by its id; a route that leads nowhere is left out."""
    return {route["RouteId"]: str(route["Target"]) for route in door.routes() if route.get("Target")}


def _stand_ins(door: HttpApi) -> dict[str, str]:
    """Place of each integration of ours, and the place that it stands in for."""
    ours = [one for one in door.integrations() if str(one.get("Description", "")).startswith(_OURS)]
    return {f"integrations/{one['IntegrationId']}": str(one["Description"]).removeprefix(_OURS) for one in ours}


def _ours(door: HttpApi, url: str) -> dict[str, str]:
    """Id of the integration to that URL, by the place that it stands in for."""
    leading = {f"integrations/{one['IntegrationId']}" for one in door.integrations() if one.get("IntegrationUri") == url}
    return {before: place.removeprefix("integrations/") for place, before in _stand_ins(door).items() if place in leading}


def _deployments(door: HttpApi) -> dict[str, str]:
    """Id of each deployment of ours, and the one that it stands in for."""
    ours = [one for one in door.deployments() if str(one.get("Description", "")).startswith(_OURS)]
    return {one["DeploymentId"]: str(one["Description"]).removeprefix(_OURS) for one in ours}


def _add(door: HttpApi, place: str, url: str) -> str:
    made = door.call(
        "create_integration",
        Description=f"{_OURS}{place}",
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="ANY",
        IntegrationUri=url,
        PayloadFormatVersion="1.0",
        RequestParameters=_PATH,
    )
    return str(made["IntegrationId"])
