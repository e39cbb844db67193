"""HTTP APIs of API Gateway: a maintenance function answers every route, and later each route is as it was.

Lives here: targets of routes, the one integration that may be added, deployments of stages that do not deploy by themselves.
Never here: the maintenance function's code, and any change of integrations that were there before.
"""

import time

import boto3

from adapters.aws.http_api import HttpApi
from adapters.aws.invoke_permission import InvokePermission
from adapters.errors import Conflict
from adapters.records import Json

_OURS = "dayzero maintenance"
"""Description of what this adapter adds to an API."""


class HttpApis:
    """FrontDoor of API Gateway.

    Each route is switched by one call, from one working integration to another, so a request meets one or the other. What only
    maintenance needs is added before the first route is switched and taken away after the last one is back.

    Args:
        session: from `aws_session`.
        settle: seconds for which gateways may still act on what they knew (AWS gives no condition to wait for); waited only
            when a permission or an integration was added or is about to be taken away.
    """

    def __init__(self, session: boto3.Session, settle: float = 5.0) -> None:
        self._client = session.client("apigatewayv2")
        self._invoke = InvokePermission(session)
        self._settle = settle

    def snapshot(self, api: str) -> Json:
        """Routes, integrations and stages, and the functions that this adapter lets the API invoke."""
        door = HttpApi(self._client, api)
        integrations = door.integrations()
        names = sorted({name for one in integrations if (name := _function_name(one))})
        return {
            "api": api,
            "routes": door.routes(),
            "integrations": integrations,
            "stages": door.stages(),
            "invoke_permissions": [name for name in names if self._invoke.granted_by_us(name, api)],
        }

    def to_maintenance(self, api: str, function: str) -> None:
        """Let the function answer every route; nothing is changed when it does already.

        The function's integration is used when the API has one, else one is added; likewise the permission.
        """
        door, arn = HttpApi(self._client, api), self._invoke.function_arn(function)
        integration = _integration(door, arn) or _add_integration(door, arn)
        if self._invoke.grant(arn, api):
            time.sleep(self._settle)
        door.lead({route["RouteId"]: f"integrations/{integration}" for route in door.routes()})
        for stage in _undeployed(door):
            door.deploy(stage, _OURS)

    def in_maintenance(self, api: str, function: str) -> bool:
        """Whether every route of every stage leads to the function."""
        door = HttpApi(self._client, api)
        integration = _integration(door, self._invoke.function_arn(function))
        targets = {route.get("Target") for route in door.routes()}
        return integration is not None and targets <= {f"integrations/{integration}"} and not _undeployed(door)

    def restore(self, api: str, before: Json) -> None:
        """Routes back to their targets, stages to their deployments, and away with what was added for maintenance.

        Raises:
            Conflict: somebody deleted a route since the snapshot; all others are back by then.
        """
        door = HttpApi(self._client, api)
        targets = {route["RouteId"]: str(route.get("Target", "")) for route in before["routes"]}
        door.lead(targets)
        _restore_stages(door, before)
        self._remove_additions(door, before)
        there = {route["RouteId"] for route in door.routes()}
        gone = [str(route["RouteKey"]) for route in before["routes"] if route["RouteId"] not in there]
        if gone:
            raise Conflict(
                f"HTTP API {api}: deleted since the snapshot: {', '.join(gone)}", "Create these routes again by hand."
            )

    def _remove_additions(self, door: HttpApi, before: Json) -> None:
        now = self.snapshot(before["api"])
        known = {one["IntegrationId"] for one in before["integrations"]}
        permissions = [name for name in now["invoke_permissions"] if name not in before["invoke_permissions"]]
        added = [one for one in now["integrations"] if one["IntegrationId"] not in known and one.get("Description") == _OURS]
        if permissions or added:
            door.await_deployments()
            time.sleep(self._settle)
        for name in permissions:
            self._invoke.revoke(name, before["api"])
        for one in added:
            door.call("delete_integration", IntegrationId=one["IntegrationId"])


def _integration(door: HttpApi, arn: str) -> str | None:
    """Id of an integration that invokes the function, by its ARN or by the older form of URI around it."""
    for one in door.integrations():
        uri = str(one.get("IntegrationUri", ""))
        if one.get("IntegrationType") == "AWS_PROXY" and (uri == arn or uri.endswith(f"/functions/{arn}/invocations")):
            return str(one["IntegrationId"])
    return None


def _add_integration(door: HttpApi, arn: str) -> str:
    made = door.call(
        "create_integration",
        Description=_OURS,
        IntegrationType="AWS_PROXY",
        IntegrationUri=arn,
        PayloadFormatVersion="2.0",
    )
    return str(made["IntegrationId"])


def _undeployed(door: HttpApi) -> list[str]:
    """Stages that do not deploy by themselves and do not serve a deployment of ours yet."""
    stages = [stage for stage in door.stages() if not stage.get("AutoDeploy")]
    ours = _our_deployments(door) if stages else set()
    return [stage["StageName"] for stage in stages if stage.get("DeploymentId") not in ours]


def _restore_stages(door: HttpApi, before: Json) -> None:
    """Each stage serves its deployment again; ours that no stage serves any more are deleted."""
    door.serve({stage["StageName"]: str(stage.get("DeploymentId", "")) for stage in before["stages"]})
    served = {stage.get("DeploymentId") for stage in door.stages()}
    for deployment in sorted(_our_deployments(door) - served):
        door.call("delete_deployment", DeploymentId=deployment)


def _our_deployments(door: HttpApi) -> set[str]:
    return {one["DeploymentId"] for one in door.deployments() if one.get("Description") == _OURS}


def _function_name(integration: Json) -> str | None:
    """Name of the Lambda function behind an integration; None when something else is behind it."""
    _, found, rest = str(integration.get("IntegrationUri", "")).partition(":function:")
    return rest.split("/")[0].split(":")[0] if found else None
