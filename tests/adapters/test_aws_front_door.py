"""What is particular to HTTP APIs: permissions, integrations, stages that do not deploy by themselves."""

import json

import pytest

from adapters.aws.front_door import HttpApis
from adapters.errors import Conflict
from adapters.records import Json
from tests.adapters.aws_resources import ACCOUNT, REGION, Aws


@pytest.fixture
def port(aws: Aws) -> HttpApis:
    return HttpApis(aws.session, settle=0.0)


def policy(aws: Aws, function: str) -> list[Json]:
    """Statements of the function's policy; MiniStack answers an error when there is none."""
    client = aws.client("lambda")
    try:
        return list(json.loads(client.get_policy(FunctionName=function)["Policy"])["Statement"])
    except client.exceptions.ResourceNotFoundException:
        return []


def let(aws: Aws, api: str, function: str, path: str, principal: str = "apigateway.amazonaws.com") -> None:
    source = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}{path}"
    aws.client("lambda").add_permission(
        FunctionName=function, StatementId="theirs", Action="lambda:InvokeFunction", Principal=principal, SourceArn=source
    )


def test_the_permission_is_added_for_maintenance_and_taken_away_again(port: HttpApis, aws: Aws) -> None:
    api, closed = aws.http_api(aws.function()), aws.function()
    before = port.snapshot(api)
    port.to_maintenance(api, closed)
    (statement,) = policy(aws, closed)
    assert statement["Sid"] == f"dayzero-maintenance-{api}"
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert statement["Condition"]["ArnLike"]["AWS:SourceArn"] == f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/*"
    port.restore(api, before)
    assert policy(aws, closed) == []


@pytest.mark.parametrize("path", ["/*", "/*/*/*"])
def test_a_permission_that_is_there_is_used_and_stays(port: HttpApis, aws: Aws, path: str) -> None:
    api, closed = aws.http_api(aws.function()), aws.function()
    let(aws, api, closed, path)
    before, theirs = port.snapshot(api), policy(aws, closed)
    port.to_maintenance(api, closed)
    assert policy(aws, closed) == theirs
    port.restore(api, before)
    assert policy(aws, closed) == theirs


@pytest.mark.parametrize(
    ("path", "principal"),
    [("/*/GET/orders", "apigateway.amazonaws.com"), ("-other/*", "apigateway.amazonaws.com"), ("/*", "events.amazonaws.com")],
)
def test_a_permission_for_something_else_is_not_enough(port: HttpApis, aws: Aws, path: str, principal: str) -> None:
    api, closed = aws.http_api(aws.function()), aws.function()
    let(aws, api, closed, path, principal)
    port.to_maintenance(api, closed)
    assert {statement["Sid"] for statement in policy(aws, closed)} == {"theirs", f"dayzero-maintenance-{api}"}


def test_an_integration_that_is_there_is_used_and_stays(port: HttpApis, aws: Aws) -> None:
    api, closed = aws.http_api(aws.function()), aws.function()
    integration = aws.integration(api, closed)
    before = port.snapshot(api)
    port.to_maintenance(api, closed)
    now = port.snapshot(api)
    assert now["integrations"] == before["integrations"]
    assert {route["Target"] for route in now["routes"]} == {f"integrations/{integration}"}
    port.restore(api, before)
    assert port.snapshot(api) == before
    assert policy(aws, closed) == []


def test_a_stage_that_does_not_deploy_by_itself_is_deployed_and_gets_its_deployment_back(port: HttpApis, aws: Aws) -> None:
    gateway = aws.client("apigatewayv2")
    api, closed = aws.http_api(aws.function(), auto_deploy=False), aws.function()
    before, deployments = port.snapshot(api), len(gateway.get_deployments(ApiId=api)["Items"])
    port.to_maintenance(api, closed)
    deployed = gateway.get_stage(ApiId=api, StageName="$default")["DeploymentId"]
    assert deployed != before["stages"][0]["DeploymentId"]
    assert port.in_maintenance(api, closed)
    aws.calls.clear()
    port.to_maintenance(api, closed)
    assert aws.changes == []
    port.restore(api, before)
    assert port.snapshot(api) == before
    assert len(gateway.get_deployments(ApiId=api)["Items"]) == deployments


def test_snapshot_tells_names_of_stage_variables_and_request_parameters_only(port: HttpApis, aws: Aws) -> None:
    gateway, api = aws.client("apigatewayv2"), aws.http_api(aws.function())
    gateway.update_stage(ApiId=api, StageName="$default", StageVariables={"token": "hush"})
    integration = gateway.get_integrations(ApiId=api)["Items"][0]["IntegrationId"]
    gateway.update_integration(ApiId=api, IntegrationId=integration, RequestParameters={"append:header.key": "hush"})
    found = port.snapshot(api)
    assert found["stages"][0]["StageVariables"] == ["token"]
    assert found["integrations"][0]["RequestParameters"] == ["append:header.key"]
    assert "hush" not in json.dumps(found)


def test_a_route_that_somebody_deleted_is_named_and_the_others_are_back(port: HttpApis, aws: Aws) -> None:
    api, closed = aws.http_api(aws.function()), aws.function()
    before = port.snapshot(api)
    port.to_maintenance(api, closed)
    lost, *others = before["routes"]
    aws.client("apigatewayv2").delete_route(ApiId=api, RouteId=lost["RouteId"])
    with pytest.raises(Conflict, match=lost["RouteKey"]):
        port.restore(api, before)
    assert port.snapshot(api) == before | {"routes": others}
