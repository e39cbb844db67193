"""Event notifications of S3 buckets.

Lives here: detaching those that start migrated functions, and putting them back. Never here: objects.
"""

from collections.abc import Collection
from typing import Any

import boto3

from adapters.aws.errors import aws_errors
from adapters.records import Json

_MEND = "Check the bucket's name in the plan."
_LISTS = ("LambdaFunctionConfigurations", "QueueConfigurations", "TopicConfigurations")


class BucketNotifications:
    """BucketEvents of S3.

    S3 keeps one document of notifications a bucket, and a change may take a few minutes to be in force everywhere.
    Source: S3 API reference, PutBucketNotificationConfiguration.

    Args:
        session: from `aws_session`.
        functions: names of the Lambda functions whose notifications are detached; all others keep theirs.
    """

    def __init__(self, session: boto3.Session, functions: Collection[str]) -> None:
        self._client = session.client("s3")
        self._functions = frozenset(functions)

    def snapshot(self, bucket: str) -> Json:
        """The whole document, with its lists sorted by id."""
        with aws_errors(f"notifications of S3 bucket {bucket}", _MEND):
            found: dict[str, Any] = dict(self._client.get_bucket_notification_configuration(Bucket=bucket))
        found.pop("ResponseMetadata", None)
        for name in _LISTS:
            if name in found:
                found[name] = sorted(found[name], key=lambda one: str(one.get("Id")))
        return found

    def detach(self, bucket: str) -> None:
        """Take out the notifications of the functions; nothing is sent when there are none."""
        now = self.snapshot(bucket)
        kept = [one for one in now.get("LambdaFunctionConfigurations", []) if not self._ours(one)]
        without = {name: value for name, value in now.items() if name != "LambdaFunctionConfigurations"}
        self._put(bucket, now, without | ({"LambdaFunctionConfigurations": kept} if kept else {}))

    def restore(self, bucket: str, before: Json) -> None:
        """The document as it was; nothing is sent when it is so already."""
        self._put(bucket, self.snapshot(bucket), before)

    def _ours(self, configuration: Json) -> bool:
        """Whether the notification starts one of the functions; an ARN may end in a version or an alias."""
        return str(configuration["LambdaFunctionArn"]).split(":")[6] in self._functions

    def _put(self, bucket: str, now: Json, wanted: Json) -> None:
        if now == wanted:
            return
        with aws_errors(f"notifications of S3 bucket {bucket}", _MEND):
            request: dict[str, Any] = {"Bucket": bucket, "NotificationConfiguration": wanted}
            self._client.put_bucket_notification_configuration(**request)
