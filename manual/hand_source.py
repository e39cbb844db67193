"""What a person types on AWS in place of the steps that look at the source, close it, and leave it dormant.

Never here: clients' ways (`hand_traffic.py`), data (`hand_state.py`).
"""

import json
from datetime import timedelta

from activities.routing import forwarding
from manual.recorder import Line
from manual.shell import Hand, Raw, aws, each, output, queue_url, sh
from plan.model import Plan


def apis(plan: Plan) -> list[str]:
    """HTTP APIs in front of the source."""
    found = [trigger.api for function in plan.source.functions for trigger in function.triggers if trigger.type == "http"]
    return list(dict.fromkeys(found))


def rules(plan: Plan) -> list[str]:
    """EventBridge rules."""
    return [it.rule for function in plan.source.functions for it in function.triggers if it.type == "schedule"]


def buckets(plan: Plan) -> list[str]:
    """Buckets whose notifications start a function."""
    return [it.bucket for function in plan.source.functions for it in function.triggers if it.type == "bucket"]


def snapshot_source(plan: Plan, _line: Line) -> Hand:
    """Keep what is there as files."""
    asked: dict[str, str] = {}
    for it in plan.source.functions:
        named = ("--function-name", it.name)
        asked[f"before-function-{it.name}.json"] = aws("lambda", "get-function-concurrency", *named)
        asked[f"before-mappings-{it.name}.json"] = aws("lambda", "list-event-source-mappings", *named)
    asked |= {f"before-routes-{api}.json": aws("apigatewayv2", "get-routes", "--api-id", api) for api in apis(plan)}
    asked |= {f"before-rule-{rule}.json": aws("events", "describe-rule", "--name", rule) for rule in rules(plan)}
    for bucket in buckets(plan):
        asked[f"before-bucket-{bucket}.json"] = aws("s3api", "get-bucket-notification-configuration", "--bucket", bucket)
    found = [f"{command} > {sh(file)}" for file, command in asked.items()]
    return Hand(found, "Keep the files: the ways back read them. Without the agent nobody compares them with the source later.")


def freeze_source_code(plan: Plan, _line: Line) -> Hand:
    """Note the hashes."""
    words = ("--query", "CodeSha256", "--output", "text")
    asked = [aws("lambda", "get-function-configuration", "--function-name", it.name, *words) for it in plan.source.functions]
    return Hand(asked, "Compare the hashes with the code that the Azure package was built from, now and before each gate.")


def quiesce_source(plan: Plan, _line: Line) -> Hand:
    """Close the ways in, as the step does; where clients pass through AWS to Azure, their way stays open."""
    front, back = ([], []) if plan.strategy == "zero-downtime" and plan.traffic.through_source else _front_doors(plan)
    closed = [aws("events", "disable-rule", "--name", rule) for rule in rules(plan)]
    opened = [aws("events", "enable-rule", "--name", rule) for rule in rules(plan)]
    names = json.dumps([it.name for it in plan.source.functions])
    for bucket in buckets(plan):
        kept = sh("jq", "--argjson", "ours", names, _WITHOUT_OURS, f"before-bucket-{bucket}.json")
        put = ("s3api", "put-bucket-notification-configuration", "--bucket", bucket, "--notification-configuration")
        closed += [f"{kept} > {sh(f'closed-{bucket}.json')}", aws(*put, f"file://closed-{bucket}.json")]
        opened += [aws(*put, f"file://before-bucket-{bucket}.json")]
    note = "" if front else "The front door stays open: clients reach Azure through it."
    return Hand(front + closed, note or "Leave out on the way back what was off before (`before-*.json`).", opened + back)


def _front_doors(plan: Plan) -> tuple[list[str], list[str]]:
    maintenance = plan.source.maintenance_function
    if not maintenance:
        behind = [it.name for it in plan.source.functions if any(trigger.type == "http" for trigger in it.triggers)]
        return [stop(name) for name in behind], [again(name) for name in behind]
    closed, opened = [], []
    for api in apis(plan):
        arn = aws("lambda", "get-function-configuration", "--function-name", maintenance, "--query", "FunctionArn")
        made = aws(
            *("apigatewayv2", "create-integration", "--api-id", api, "--integration-type", "AWS_PROXY"),
            *("--payload-format-version", "2.0", "--integration-uri", output(f"{arn} --output text")),
            *("--query", "IntegrationId", "--output", "text"),
        )
        statement = ("lambda", "add-permission", "--function-name", maintenance, "--statement-id", f"by-hand-{api}")
        source = f"arn:{_partition(plan.source.region)}:execute-api:{plan.source.region}:{plan.source.account}:{api}/*"
        who = ("--action", "lambda:InvokeFunction", "--principal", "apigateway.amazonaws.com", "--source-arn", source)
        closed += [f"integration=$({made})", aws(*statement, *who), *lead(api, Raw('"integrations/$integration"'))]
        opened += restored_routes(api)
    return closed, opened


def lead(api: str, target: Raw) -> list[str]:
    """Every route of an API to one integration, deployed to stages that do not deploy by themselves."""
    routes = aws("apigatewayv2", "get-routes", "--api-id", api, "--query", "Items[].RouteId", "--output", "text")
    update = aws("apigatewayv2", "update-route", "--api-id", api, "--route-id", Raw('"$route"'), "--target", target)
    return [each("route", routes, update), _deployed(api)]


def restored_routes(api: str) -> list[str]:
    """Every route back to the target that it had when the source was recorded."""
    kept = sh("jq", "--raw-output", '.Items[] | "\\(.RouteId) \\(.Target)"', f"before-routes-{api}.json")
    words = (Raw('"$route"'), "--target", Raw('"$target"'))
    update = aws("apigatewayv2", "update-route", "--api-id", api, "--route-id", *words)
    return [f"{kept} | while read -r route target; do\n  {update}\ndone", _deployed(api)]


def _deployed(api: str) -> str:
    stages = aws("apigatewayv2", "get-stages", "--api-id", api, "--query", "Items[?!AutoDeploy].StageName", "--output", "text")
    return each("stage", stages, aws("apigatewayv2", "create-deployment", "--api-id", api, "--stage-name", Raw('"$stage"')))


def drain_source(plan: Plan, _line: Line) -> Hand:
    """Look until nothing is left."""
    counts = [f"ApproximateNumberOfMessages{what}" for what in ("", "NotVisible", "Delayed")]
    asked = [
        aws("sqs", "get-queue-attributes", "--queue-url", queue_url(it.source_queue), "--attribute-names", *counts)
        for it in plan.state.queues
    ]
    return Hand(asked, "Repeat until every number is 0 twice in a row and the longest time-out of a function has passed.")


def stop_consumers(plan: Plan, _line: Line) -> Hand:
    """Mappings off; concurrency 0 once nothing is in flight."""
    names = [it.name for it in plan.source.functions]
    stopped = [name for name in names if name not in forwarding(plan)]
    off = [_mappings(name, "--no-enabled") for name in names] + drain_source(plan, {}).commands
    note = "Type the last lines, which reserve concurrency 0, only once nothing is in flight. Reserved before: `before-*.json`."
    on = [again(name) for name in stopped] + [_mappings(name, "--enabled") for name in names]
    return Hand(off + [stop(name) for name in stopped], note, on)


def stop(name: str) -> str:
    """Lets a function run no more."""
    return aws("lambda", "put-function-concurrency", "--function-name", name, "--reserved-concurrent-executions", 0)


def again(name: str) -> str:
    """Lets a function run that had nothing reserved."""
    return aws("lambda", "delete-function-concurrency", "--function-name", name)


def _mappings(name: str, switch: str) -> str:
    words = ("--function-name", name, "--query", "EventSourceMappings[].UUID", "--output", "text")
    listing = aws("lambda", "list-event-source-mappings", *words)
    return each("uuid", listing, aws("lambda", "update-event-source-mapping", "--uuid", Raw('"$uuid"'), switch))


def retire_source(plan: Plan, _line: Line) -> Hand:
    """Look that nothing can run."""
    found = [aws("events", "describe-rule", "--name", rule, "--query", "State") for rule in rules(plan)]
    for it in plan.source.functions:
        words = ("--function-name", it.name)
        states = ("--query", "EventSourceMappings[].State")
        found += [aws("lambda", "list-event-source-mappings", *words, *states)]
        found += [aws("lambda", "get-function-concurrency", *words)]
    return Hand(found, "Rules DISABLED, mappings Disabled, concurrency 0 unless the function forwards. Delete nothing.")


def await_departure(plan: Plan, _line: Line) -> Hand:
    """Count what AWS still gets."""
    quiet = round(plan.traffic.quiet / timedelta(minutes=1)) + 5
    since = Raw(f"\"$(date -u -d '-{quiet} minutes' +%FT%TZ)\"")
    words = ("--start-time", since, "--end-time", Raw('"$(date -u +%FT%TZ)"'), "--period", 60, "--statistics", "Sum")
    metric = ("--namespace", "AWS/ApiGateway", "--metric-name", "Count")
    asked = [
        aws("cloudwatch", "get-metric-statistics", *metric, "--dimensions", f"Name=ApiId,Value={api}", *words)
        for api in apis(plan)
    ]
    return Hand(asked, "Repeat until no more requests come. CloudWatch is one to three minutes late.")


def _partition(region: str) -> str:
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")


_WITHOUT_OURS = (
    '.LambdaFunctionConfigurations |= map(select((.LambdaFunctionArn | split(":")[6]) as $name | $ours | index($name) | not))'
)
