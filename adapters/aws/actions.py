"""What each port needs of AWS, as IAM names it: actions, and patterns of the resources they are done to.

Lives here: the list that the check of prerequisites, `infra/aws-role.yaml` and its test go by. Never here: a call, an SDK.
Source: Service Authorization Reference, "Actions, resources, and condition keys" of each service.
"""

from itertools import product

from plan.model import Plan

Needs = tuple[tuple[str, str], ...]

_FUNCTION = "arn:{partition}:lambda:{region}:{account}:function:{function}"
_ALIASED = "arn:{partition}:lambda:{region}:{account}:function:{aliased}"
_MAPPING = "arn:{partition}:lambda:{region}:{account}:event-source-mapping:*"
_RULE = "arn:{partition}:events:{region}:{account}:rule/{rule}"
_API = "arn:{partition}:apigateway:{region}::/apis/{api}"
_BUCKET = "arn:{partition}:s3:::{bucket}"
_QUEUE = "arn:{partition}:sqs:{region}:{account}:{queue}"
_CHANGES = "arn:{partition}:sqs:{region}:{account}:{changes}"
_NOTIFYING = "arn:{partition}:s3:::{notifying}"
_ZONE = "arn:{partition}:route53:::hostedzone/{zone}"
_CHANGE = "arn:{partition}:route53:::change/*"
_TABLE = "arn:{partition}:dynamodb:{region}:{account}:table/{table}"
_STORE = "arn:{partition}:s3:::{store}"
_SECRET = "arn:{partition}:secretsmanager:{region}:{account}:secret:{secret}-??????"  # noqa: S105 - a pattern of ARNs
_ROLE = "{role}"


def _on(resource: str, *actions: str) -> Needs:
    return tuple((action, resource) for action in actions)


_SWITCH_API = (
    *_on(f"{_API}/routes", "apigateway:GET"),
    *_on(f"{_API}/routes/*", "apigateway:PATCH"),
    *_on(f"{_API}/integrations", "apigateway:GET", "apigateway:POST"),
    *_on(f"{_API}/integrations/*", "apigateway:DELETE"),
    *_on(f"{_API}/stages", "apigateway:GET"),
    *_on(f"{_API}/stages/*", "apigateway:PATCH"),
    *_on(f"{_API}/deployments", "apigateway:GET", "apigateway:POST"),
    *_on(f"{_API}/deployments/*", "apigateway:DELETE"),
)
BY_HAND = {"lambda:DeleteEventSourceMapping", "lambda:DeleteFunction", "events:RemoveTargets", "events:DeleteRule"}
"""What a person needs besides, to retire the source (`retirement.py`); the agent's role never has it."""
PORTS: dict[str, Needs] = {
    "SourceFunctions": (
        *_on(_FUNCTION, "lambda:GetFunctionConfiguration", "lambda:ListVersionsByFunction", "lambda:ListAliases"),
        *_on(_FUNCTION, "lambda:GetFunctionConcurrency", "lambda:PutFunctionConcurrency"),
        *_on(_FUNCTION, "lambda:DeleteFunctionConcurrency"),
        *_on("*", "cloudwatch:GetMetricStatistics"),
    ),
    "EventMappings": (
        *_on("*", "lambda:ListEventSourceMappings"),
        *_on(_MAPPING, "lambda:GetEventSourceMapping", "lambda:UpdateEventSourceMapping"),
    ),
    "Schedules": _on(_RULE, "events:DescribeRule", "events:ListTargetsByRule", "events:EnableRule", "events:DisableRule"),
    "FrontDoor": (
        *_on(_FUNCTION, "lambda:GetPolicy", "lambda:AddPermission", "lambda:RemovePermission"),
        *_SWITCH_API,
    ),
    "BucketEvents": _on(_BUCKET, "s3:GetBucketNotification", "s3:PutBucketNotification"),
    "SourceQueues": _on(_QUEUE, "sqs:GetQueueUrl", "sqs:GetQueueAttributes"),
    "Router route53": (
        *_on(_ZONE, "route53:ListResourceRecordSets", "route53:ChangeResourceRecordSets", "route53:GetHostedZone"),
        *_on(_CHANGE, "route53:GetChange"),
    ),
    "Router http-api": _SWITCH_API,
    "Router lambda-alias": (
        *_on(_ALIASED, "lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:ListVersionsByFunction"),
        *_on(_ALIASED, "lambda:GetPolicy", "lambda:GetAlias", "lambda:UpdateAlias", "lambda:PublishVersion"),
        *_on(_ALIASED, "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"),
        *_on(f"{_ALIASED}:*", "lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:DeleteFunction"),
        *_on(f"{_ALIASED}:*", "lambda:GetAlias", "lambda:UpdateAlias"),
        *_on("*", "lambda:ListEventSourceMappings"),
    ),
    "Observer": (
        *_on("*", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"),
        *_on(_FUNCTION, "lambda:GetFunctionConfiguration"),
        *_on(_QUEUE, "sqs:GetQueueUrl", "sqs:GetQueueAttributes"),
    ),
    "Permissions": _on(_ROLE, "iam:SimulatePrincipalPolicy", "iam:GetRole"),
    "StateStore dynamodb-to-table": _on(
        _TABLE, "dynamodb:DescribeTable", "dynamodb:Scan", "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"
    ),
    "StateStore s3-to-blob": (
        *_on(_STORE, "s3:ListBucket"),
        *_on(f"{_STORE}/*", "s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"),
    ),
    "Replication dynamodb-to-table": (
        *_on(_TABLE, "dynamodb:DescribeTable", "dynamodb:UpdateTable", "dynamodb:BatchGetItem"),
        *_on(f"{_TABLE}/stream/*", "dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords"),
    ),
    "Replication s3-to-blob": (
        *_on(_STORE, "s3:ListBucket"),
        *_on(f"{_STORE}/*", "s3:GetObject"),
        *_on(_NOTIFYING, "s3:GetBucketNotification", "s3:PutBucketNotification"),
        *_on(_CHANGES, "sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:CreateQueue", "sqs:DeleteQueue"),
        *_on(_CHANGES, "sqs:ReceiveMessage", "sqs:DeleteMessage"),
    ),
    "QueueMover": _on(_QUEUE, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:SendMessage"),
    "SecretCopier": _on(_SECRET, "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"),
}
"""By port. Finding out who the caller is (sts:GetCallerIdentity) needs no permission."""


def needed_actions(plan: Plan) -> list[tuple[str, str]]:
    """(action, resource ARN or `*`) for everything that the plan's runbook does in AWS, sorted, for `Permissions.missing`.

    Where a pattern stands for resources that only AWS can name, one example stands for all.
    """
    names = _names(plan)
    others = {port for port in PORTS if port.startswith("Router ") and port != f"Router {plan.traffic.router}"}
    needed = [need for port, needs in PORTS.items() if port not in others for need in needs]
    found = {(action, arn) for action, pattern in needed for arn in _arns(pattern, names)}
    return sorted(found)


def _names(plan: Plan) -> dict[str, list[str]]:
    """Values of the placeholders; a placeholder without values drops what needs it."""
    source = plan.source
    triggers = [trigger for function in source.functions for trigger in function.triggers]
    queues = {trigger.queue for trigger in triggers if trigger.type == "queue"}
    notifying = [store for store in plan.state.stores if store.kind == "s3-to-blob" and store.changes_queue]
    return {
        "partition": [_partition(source.region)],
        "region": [source.region],
        "account": [source.account],
        "function": [
            *(one.name for one in source.functions),
            *([source.maintenance_function] if source.maintenance_function else []),
        ],
        "aliased": [one.name for one in plan.traffic.functions] if plan.traffic.router == "lambda-alias" else [],
        "rule": [trigger.rule for trigger in triggers if trigger.type == "schedule"],
        "api": [trigger.api for trigger in triggers if trigger.type == "http"],
        "bucket": [trigger.bucket for trigger in triggers if trigger.type == "bucket"],
        "queue": sorted(queues | {move.source_queue for move in plan.state.queues}),
        "zone": [plan.traffic.zone.removeprefix("/hostedzone/")] if plan.traffic.router == "route53" else [],
        "table": [store.source_table for store in plan.state.stores if store.kind == "dynamodb-to-table"],
        "store": [store.source_bucket for store in plan.state.stores if store.kind == "s3-to-blob"],
        "notifying": [store.source_bucket for store in notifying],
        "changes": [str(store.changes_queue) for store in notifying],
        "secret": [secret.source for secret in plan.secrets],
        "role": [source.role_arn] if source.role_arn else [],
    }


def _arns(pattern: str, names: dict[str, list[str]]) -> list[str]:
    used = [name for name in names if f"{{{name}}}" in pattern]
    filled = [pattern.format(**dict(zip(used, values, strict=True))) for values in product(*(names[name] for name in used))]
    return [_example(arn) for arn in filled]


def _example(arn: str) -> str:
    """An ARN that the pattern stands for; a secret that the plan names by ARN brings its own."""
    _, nested, secret = arn.partition(":secret:arn:")
    if nested:
        return f"arn:{secret.removesuffix('-??????')}"
    return arn if arn == "*" else arn.replace("??????", "abcdef").replace("*", "any")


def _partition(region: str) -> str:
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")
