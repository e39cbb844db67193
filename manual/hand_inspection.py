"""What a person types to look for known ways to fail before anything is changed.

Never here: the limits that the answers are held against (activities/inspections/).
"""

from manual.hand_source import apis
from manual.recorder import Line
from manual.shell import Hand, Raw, aws, output, queue_url, sh
from plan.model import Plan

_DAYS = 14


def inspect_workload(plan: Plan, _line: Line) -> Hand:
    """How long functions ran, how large messages were, who is let in, and what the package says."""
    asked = [_most("AWS/Lambda", "Duration", "FunctionName", it.name) for it in plan.source.functions]
    for queue in plan.state.queues:
        asked.append(_most("AWS/SQS", "SentMessageSize", "QueueName", queue.source_queue))
        names = ("--attribute-names", "MaximumMessageSize", "VisibilityTimeout", "RedrivePolicy")
        asked.append(aws("sqs", "get-queue-attributes", "--queue-url", queue_url(queue.source_queue), *names))
    words = ("--query", "Items[].[RouteKey,AuthorizationType]", "--output", "text")
    asked += [aws("apigatewayv2", "get-routes", "--api-id", api, *words) for api in apis(plan)]
    asked.append(sh("unzip", "-p", "package.zip", "host.json"))
    note = (
        "Answers end after 230 s on Azure, runs after functionTimeout; a message has 48 KiB at most. Routes must say NONE. "
        "Fetch the package as deploy_code does. docs/failure-modes.md has the rest of what to look for."
    )
    return Hand(asked, note)


def _most(namespace: str, metric: str, dimension: str, name: str) -> str:
    since, until = (Raw(output(f"date -u -d '{ago}' +%FT%TZ")) for ago in (f"-{_DAYS} days", "now"))
    words = ("--start-time", since, "--end-time", until, "--period", _DAYS * 86400, "--statistics", "Maximum")
    named = ("--namespace", namespace, "--metric-name", metric, "--dimensions", f"Name={dimension},Value={name}")
    return aws("cloudwatch", "get-metric-statistics", *named, *words)
