"""The agent's role in AWS allows what the adapters do, and nothing more: the template is deployed and asked."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adapters.aws.actions import PORTS, needed_actions
from adapters.aws.permissions import IamPermissions
from adapters.records import Json
from plan.model import Plan
from tests.adapters.aws_resources import ACCOUNT, REGION, Aws, unique
from tests.plan.plans import data

TEMPLATE = Path(__file__).resolve().parents[2] / "infra" / "aws-role.yaml"
TENANT, IDENTITY = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/sts.windows.net/{TENANT}/"
"""Given, because MiniStack makes no OIDC providers from templates."""
ROUTERS: list[Json | None] = [
    None,
    {"router": "http-api"},
    {"router": "lambda-alias", "functions": [{"name": "orders-api"}]},
]
"""The sample's own, and those that need other rights in AWS."""
ENCRYPTION = {"kms:Decrypt", "kms:GenerateDataKey"}
"""Asked for by AWS services where customer managed keys are used; no adapter calls them."""


def plan(role_arn: str, workload: str = "orders", router: Json | None = None) -> Plan:
    """The sample's plan with a bucket trigger and a role; all AWS names begin with `workload`."""
    changed = json.loads(json.dumps(data()).replace('"orders', f'"{workload}'))
    changed["source"] |= {"account": ACCOUNT, "role_arn": role_arn}
    changed["source"]["functions"][0]["triggers"].append({"type": "bucket", "bucket": f"{workload}-inbox"})
    return Plan.model_validate(changed | ({"traffic": router} if router else {}))


def parameters() -> dict[str, str]:
    """What a person gives to the template for that plan."""
    one = f"{REGION}:{ACCOUNT}"
    functions = ("orders-api", "orders-worker", "orders-nightly", "orders-maintenance")
    buckets = [store["source_bucket"] for store in data()["state"]["stores"] if store["kind"] == "s3-to-blob"]
    return {
        "TenantId": TENANT,
        "IdentityObjectId": IDENTITY,
        "FunctionArns": ",".join(f"arn:aws:lambda:{one}:function:{name}" for name in functions),
        "AliasFunctionArns": f"arn:aws:lambda:{one}:function:orders-api",
        "ApiArns": f"arn:aws:apigateway:{REGION}::/apis/a1b2c3,arn:aws:apigateway:{REGION}::/apis/another",
        "RuleArns": f"arn:aws:events:{one}:rule/orders-nightly",
        "QueueArns": f"arn:aws:sqs:{one}:orders-queue",
        "EventBucketArns": ",".join(f"arn:aws:s3:::{name}" for name in ("orders-inbox", *buckets)),
        "ChangeQueueArns": f"arn:aws:sqs:{one}:orders-receipts-changes",
        "StoreBucketArns": ",".join(f"arn:aws:s3:::{name}" for name in buckets),
        "TableArns": f"arn:aws:dynamodb:{one}:table/orders",
        "SecretArns": f"arn:aws:secretsmanager:{one}:secret:orders/signing-key-??????",
        "HostedZoneArn": "arn:aws:route53:::hostedzone/Z123",
        "ExistingProviderArn": PROVIDER,
    }


def deploy(aws: Aws, given: dict[str, str]) -> tuple[str, str]:
    """Name and ARN of the role that the template makes."""
    stack, role, cloudformation = unique("stack"), unique("role"), aws.client("cloudformation")
    values = [{"ParameterKey": key, "ParameterValue": value} for key, value in (given | {"RoleName": role}).items()]
    cloudformation.create_stack(
        StackName=stack, TemplateBody=TEMPLATE.read_text(), Parameters=values, Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    outputs = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    return role, next(str(output["OutputValue"]) for output in outputs if output["OutputKey"] == "RoleArn")


@pytest.fixture(scope="module")
def role(environment: object) -> tuple[str, str]:
    return deploy(Aws(), parameters())


def statements(aws: Aws, role: str) -> list[Json]:
    iam = aws.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policies = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    return [statement for policy in policies for statement in policy["Statement"]]


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def test_the_role_allows_everything_that_the_plan_needs(aws: Aws, role: tuple[str, str]) -> None:
    needed = [need for router in ROUTERS for need in needed_actions(plan(role[1], router=router))]
    assert {action for action, _ in needed} == {action for needs in PORTS.values() for action, _ in needs}
    assert IamPermissions(aws.session, role[1]).missing(needed) == []


def test_the_role_allows_no_other_action(aws: Aws, role: tuple[str, str]) -> None:
    allowed = {action for statement in statements(aws, role[0]) for action in listed(statement["Action"])}
    assert allowed == {action for needs in PORTS.values() for action, _ in needs}


def test_the_role_may_not_touch_other_resources(aws: Aws, role: tuple[str, str]) -> None:
    other = plan(role[1].replace(role[0], "admin"), "payroll")
    unlimited = {"arn:aws:route53:::change/any", f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:any", "*"}
    same = {arn for _, arn in needed_actions(plan(role[1]))} - unlimited
    foreign = [(action, arn) for action, arn in needed_actions(other) if arn not in same | unlimited]
    assert len(foreign) > 20
    assert len(IamPermissions(aws.session, role[1]).missing(foreign)) == len(foreign)


def test_only_the_agents_identity_with_the_right_audience_is_trusted(aws: Aws, role: tuple[str, str]) -> None:
    trust = aws.client("iam").get_role(RoleName=role[0])["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": PROVIDER},
            "Condition": {
                "StringEquals": {
                    f"sts.windows.net/{TENANT}/:aud": "api://AzureADTokenExchange",
                    f"sts.windows.net/{TENANT}/:sub": IDENTITY,
                }
            },
        }
    ]


def test_parts_that_a_workload_does_not_have_leave_no_statement(aws: Aws) -> None:
    kept = {"TenantId", "IdentityObjectId", "FunctionArns", "HostedZoneArn", "ExistingProviderArn"}
    given = {name: value for name, value in parameters().items() if name in kept}
    name, _ = deploy(aws, given | {"KmsKeyArns": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/one"})
    allowed = {action for statement in statements(aws, name) for action in listed(statement["Action"])}
    assert allowed >= ENCRYPTION
    assert {action.split(":")[0] for action in allowed} == {"cloudwatch", "lambda", "iam", "route53", "kms"}


def test_the_template_is_sound() -> None:
    linted = subprocess.run([Path(sys.executable).with_name("cfn-lint"), TEMPLATE], capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")
