"""Deploy the AWS side of the sample with boto3 alone: pack, upload, create or update the stack, wait, print what it made.

Lives here: the deployment. Never here: what is deployed (aws/template.yaml).

Usage: `python -m examples.orders.deploy [--ttl SECONDS] [--azure-host NAME] [--schedule EXPRESSION]`; the region, the
credentials and, for an emulator, AWS_ENDPOINT_URL come from the environment.
"""

import argparse
import hashlib
import json
import re
import sys
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError, WaiterError

from examples.orders.package import FOLDER, pack

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import WaiterConfigTypeDef

STACK = "orders"


def deploy(
    ttl: int = 60, azure_host: str = "orders-func.azurewebsites.net", schedule: str = "cron(0 2 * * ? *)"
) -> dict[str, str]:
    """Create or update the stack `orders`; its outputs, with names like `api_id`, `queue_url`, `hosted_zone_id`.

    Args:
        ttl: seconds that resolvers may keep the clients' records.
        azure_host: the host name in the clients' record with weight 0.
        schedule: EventBridge expression, in UTC, of the nightly report.

    Raises:
        RuntimeError: the stack did not get ready; the message holds the first reason that CloudFormation gives.
    """
    account = boto3.client("sts").get_caller_identity()["Account"]
    bucket, key = _upload(f"orders-artifacts-{account}")
    parameters = {
        "CodeBucket": bucket, "CodeKey": key, "ReceiptsBucketName": f"orders-receipts-{account}",
        "RecordTtl": str(ttl), "AzureHostName": azure_host, "NightlySchedule": schedule,
    }  # fmt: skip
    _apply(parameters)
    stack = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    return {_snake(output["OutputKey"]): output["OutputValue"] for output in stack["Outputs"]}


def _upload(bucket: str) -> tuple[str, str]:
    s3, package = boto3.client("s3"), pack("aws")
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        region = s3.meta.region_name
        where: dict[str, Any] = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **({} if region == "us-east-1" else where))
    key = f"orders/{hashlib.sha256(package).hexdigest()[:16]}.zip"
    s3.put_object(Bucket=bucket, Key=key, Body=package)
    return bucket, key


def _apply(parameters: dict[str, str]) -> None:
    cloudformation = boto3.client("cloudformation")
    template = (FOLDER / "aws" / "template.yaml").read_text()
    values = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
    request: dict[str, Any] = {"TemplateBody": template, "Parameters": values, "Capabilities": ["CAPABILITY_IAM"]}
    pace: WaiterConfigTypeDef = {"Delay": 1, "MaxAttempts": 600}
    try:
        if _exists():
            cloudformation.update_stack(StackName=STACK, **request)
            cloudformation.get_waiter("stack_update_complete").wait(StackName=STACK, WaiterConfig=pace)
        else:
            cloudformation.create_stack(StackName=STACK, **request)
            cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig=pace)
    except WaiterError as error:
        raise RuntimeError(f"stack {STACK} did not get ready: {_first_failure()}") from error
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise


def _exists() -> bool:
    try:
        boto3.client("cloudformation").describe_stacks(StackName=STACK)
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    return True


def _first_failure() -> str:
    events = boto3.client("cloudformation").describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [event for event in events if event.get("ResourceStatus", "").endswith("_FAILED")]
    if not failed:
        return "CloudFormation names no reason; see the stack's events"
    return f"{failed[-1]['LogicalResourceId']}: {failed[-1].get('ResourceStatusReason', 'no reason given')}"


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def main() -> int:
    """Print the outputs as one JSON object."""
    parser = argparse.ArgumentParser(description="Deploy the AWS side of the sample workload.")
    parser.add_argument("--ttl", type=int, default=60, help="TTL of the clients' records, seconds")
    parser.add_argument("--azure-host", default="orders-func.azurewebsites.net", help="host name in the record with weight 0")
    parser.add_argument("--schedule", default="cron(0 2 * * ? *)", help="when the nightly report is due, UTC")
    given = parser.parse_args()
    print(json.dumps(deploy(given.ttl, given.azure_host, given.schedule), indent=2, sort_keys=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
