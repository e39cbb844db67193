"""Small AWS resources for tests, made over the wire: each call makes one with a name of its own.

Lives here: making resources and watching calls. Never here: what a test expects.
"""

import io
import json
import os
import secrets
import time
import zipfile
from collections.abc import Callable
from functools import cache
from typing import Any

from adapters.aws.session import aws_session
from adapters.records import Json

REGION = "eu-west-1"
ACCOUNT = "000000000000"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/any"
LOOKS = ("Get", "List", "Describe", "Head", "Simulate")


def until[T](question: Callable[[], T | None], seconds: float = 20.0) -> T:
    """The first answer that is neither None nor false."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"not true within {seconds} s"
        time.sleep(0.05)
    return answer


def unique(kind: str) -> str:
    """A name that no other test uses."""
    return f"{kind}-{secrets.token_hex(4)}"


@cache
def _client(service: Any, endpoint: str) -> Any:
    """Making a client takes longer than most calls."""
    return aws_session(REGION).client(service, endpoint_url=endpoint)


class Aws:
    """A session as the product makes it, and the names of the API operations that were sent through it."""

    def __init__(self) -> None:
        self.session = aws_session(REGION)
        self.calls: list[str] = []
        self.session.events.register("before-call", lambda model, **_: self.calls.append(model.name))

    @property
    def changes(self) -> list[str]:
        """Operations that change something, in the order sent."""
        return [name for name in self.calls if not name.startswith(LOOKS)]

    def client(self, service: Any) -> Any:
        """A client whose calls are not watched."""
        return _client(service, os.environ["AWS_ENDPOINT_URL"])

    def function(self, says: str = "hello", **settings: Any) -> str:
        """Name of a new Lambda function that prints a line and answers `says`."""
        name = unique("function")
        answer = {"statusCode": 200, "body": json.dumps({"says": says})}
        code = f"def handler(event, context):\n    print('asked')\n    return {answer!r}\n"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("main.py", code)
        settings = {"Runtime": "python3.13", "Handler": "main.handler", "Role": ROLE, "Timeout": 5} | settings
        self.client("lambda").create_function(FunctionName=name, Code={"ZipFile": packed.getvalue()}, **settings)
        return name

    def function_arn(self, name: str) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"

    def queue(self) -> tuple[str, str]:
        """Name and URL of a new queue."""
        name = unique("queue")
        return name, str(self.client("sqs").create_queue(QueueName=name)["QueueUrl"])

    def mapping(self, function: str, queue: str) -> str:
        """Uuid of a new event source mapping from the queue to the function."""
        made = self.client("lambda").create_event_source_mapping(
            FunctionName=function, EventSourceArn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}", BatchSize=7
        )
        return str(made["UUID"])

    def rule(self, function: str) -> str:
        """Name of a new rule that fires every night."""
        name, events = unique("rule"), self.client("events")
        events.put_rule(Name=name, ScheduleExpression="cron(0 2 * * ? *)", State="ENABLED")
        events.put_targets(Rule=name, Targets=[{"Id": "one", "Arn": self.function_arn(function), "Input": '{"a": 1}'}])
        return name

    def http_api(self, function: str, *, auto_deploy: bool = True) -> str:
        """Id of a new HTTP API with two routes to the function and one stage."""
        api = self.client("apigatewayv2")
        made = str(api.create_api(Name=unique("api"), ProtocolType="HTTP")["ApiId"])
        target = f"integrations/{self.integration(made, function)}"
        for key in ("GET /orders", "POST /orders"):
            api.create_route(ApiId=made, RouteKey=key, Target=target)
        deployment = {} if auto_deploy else {"DeploymentId": api.create_deployment(ApiId=made)["DeploymentId"]}
        api.create_stage(ApiId=made, StageName="$default", AutoDeploy=auto_deploy, **deployment)
        return made

    def integration(self, api: str, function: str) -> str:
        """Id of a new integration that invokes the function."""
        made = self.client("apigatewayv2").create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=self.function_arn(function), PayloadFormatVersion="2.0"
        )
        return str(made["IntegrationId"])

    def bucket(self, *functions: str) -> str:
        """Name of a new bucket whose new objects are told to the functions."""
        name, s3 = unique("bucket"), self.client("s3")
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        told = [
            {"Id": function, "LambdaFunctionArn": self.function_arn(function), "Events": ["s3:ObjectCreated:*"]}
            for function in functions
        ]
        s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={"LambdaFunctionConfigurations": told})
        return name

    def zone(self, *records: Json) -> str:
        """Id of a new hosted zone `example.com.` with these record sets."""
        route53 = self.client("route53")
        zone = str(route53.create_hosted_zone(Name="example.com", CallerReference=unique("zone"))["HostedZone"]["Id"])
        changes = [{"Action": "CREATE", "ResourceRecordSet": record} for record in records]
        if changes:
            route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
        return zone.removeprefix("/hostedzone/")


def weighted(side: str, weight: int, ttl: int = 60) -> Json:
    """A weighted CNAME record set of `orders.example.com.`."""
    return {
        "Name": "orders.example.com.",
        "Type": "CNAME",
        "SetIdentifier": side,
        "Weight": weight,
        "TTL": ttl,
        "ResourceRecords": [{"Value": f"{side}.example.net"}],
    }
