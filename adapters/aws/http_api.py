"""One HTTP API of API Gateway, as plain records: routes, integrations, stages, deployments.

Lives here: calls, and what of an answer is kept. Never here: what is changed and why (front_door.py).
"""

import time
from typing import Any

from adapters.aws.errors import aws_errors
from adapters.errors import AdapterError
from adapters.records import Json

_MEND = "Check the API's id in the plan, and the plan's account and region; it must be an HTTP API."
_BY_NAME_ONLY = ("RequestParameters", "StageVariables")
_FLEETING = ("CreatedDate", "LastUpdatedDate", "LastDeploymentStatusMessage")


class HttpApi:
    """The API with that id.

    Args:
        client: boto3 client of `apigatewayv2`.
        api: id of the API.
    """

    def __init__(self, client: Any, api: str) -> None:
        self._client, self._api = client, api

    def routes(self) -> list[Json]:
        """Sorted by RouteId."""
        return self._listed("get_routes", "RouteId")

    def integrations(self) -> list[Json]:
        """Sorted by IntegrationId."""
        return self._listed("get_integrations", "IntegrationId")

    def stages(self) -> list[Json]:
        """Sorted by StageName; the deployment of a stage that deploys by itself is left out, because it changes by itself."""
        found = self._listed("get_stages", "StageName")
        return [{key: stage[key] for key in stage if key != "DeploymentId" or not stage.get("AutoDeploy")} for stage in found]

    def deployments(self) -> list[Json]:
        """Sorted by DeploymentId."""
        return self._listed("get_deployments", "DeploymentId")

    def call(self, operation: str, **arguments: str | dict[str, str]) -> Json:
        """One call of API Gateway about this API, by the operation's name in boto3."""
        with aws_errors(f"HTTP API {self._api}", _MEND):
            return dict(getattr(self._client, operation)(ApiId=self._api, **arguments))

    def lead(self, targets: dict[str, str]) -> None:
        """Set the target of each route by id where it differs; routes that are not named, or not there, are left alone."""
        for route in self.routes():
            target = targets.get(route["RouteId"])
            if target is not None and target != route.get("Target", ""):
                self.call("update_route", RouteId=route["RouteId"], Target=target)

    def serve(self, deployments: dict[str, str]) -> None:
        """Let each stage serve its deployment, by the stage's name, where it serves another."""
        for stage in self.stages():
            wanted = deployments.get(stage["StageName"])
            if wanted and stage.get("DeploymentId", wanted) != wanted:
                self.call("update_stage", StageName=stage["StageName"], DeploymentId=wanted)

    def deploy(self, stage: str, description: str) -> None:
        """Deploy the API as it is to a stage that does not deploy by itself."""
        made = self.call("create_deployment", Description=description)
        self.await_deployments()
        self.call("update_stage", StageName=stage, DeploymentId=made["DeploymentId"])

    def await_deployments(self, seconds: float = 60.0) -> None:
        """Return once no deployment is on its way.

        Raises:
            AdapterError: `unreachable` when `seconds` were not enough.
        """
        deadline = time.monotonic() + seconds
        while any(one["DeploymentStatus"] == "PENDING" for one in self.deployments()):
            if time.monotonic() > deadline:
                raise AdapterError("unreachable", f"HTTP API {self._api}: a deployment is still on its way", "Try again later.")
            time.sleep(0.5)

    def _listed(self, operation: str, key: str) -> list[Json]:
        with aws_errors(f"HTTP API {self._api}", _MEND):
            pages = self._client.get_paginator(operation).paginate(ApiId=self._api)
            found = [_plain(item) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda item: str(item[key]))


def _plain(item: Json) -> Json:
    """Without times; of request parameters and stage variables the names only, because values may be secrets."""
    kept = {key: value for key, value in item.items() if key not in _FLEETING}
    return {key: sorted(value) if key in _BY_NAME_ONLY else value for key, value in kept.items()}
