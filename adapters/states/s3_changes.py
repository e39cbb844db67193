"""Event notifications of a bucket's changes, in an SQS queue that only this migration uses.

Lives here: making the queue, adding its line to the bucket's notifications and taking both away, and what the messages name. A
bucket has one document of notifications: it is read, one line is added or taken out, and all others are written back as they
were. Never here: objects, and what becomes of a change.
Source: S3 User Guide, "Amazon S3 Event Notifications" (message structure, filtering by key name, granting permissions).
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any
from urllib.parse import quote_plus, unquote_plus

import boto3

from adapters.aws.errors import aws_errors
from adapters.errors import AdapterError, Conflict, NotFound
from adapters.records import Json
from adapters.states.parallel import in_parallel
from adapters.states.sqs_source import BATCH, SqsQueue

_EVENTS = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:LifecycleExpiration:*"]
_MEND = "Check the names in the plan."
_DAYS_14 = 14 * 24 * 3600
_HIDDEN_SECONDS = 120
"""How long a message that was received, and not deleted because the agent crashed, stays hidden."""
_ROUND = 10
"""Receipts at once, as each brings ten messages at most."""
_REACHABLE_SECONDS = 20.0
"""How long a new queue may refuse the message by which S3 tries it; its policy takes a moment to be in force."""
_GONE_SECONDS = 70.0
"""How long a deleted queue may still be told. Source: SQS API reference, DeleteQueue (60 seconds)."""


@dataclass(frozen=True)
class Notices:
    """What one look at the queue brought.

    Args:
        keys: of objects that changed, each once.
        oldest: when the oldest of these changes was made (seconds since 1970); None without any.
        messages: to be deleted once the changes are applied.
    """

    keys: list[str]
    oldest: float | None
    messages: list[dict[str, Any]]


class ChangeQueue:
    """The notifications of one bucket, or of the part of it below a prefix.

    Args:
        queue: name of a standard queue that nobody else uses.
        account: of the bucket and the queue.
    """

    def __init__(self, session: boto3.Session, *, bucket: str, prefix: str, queue: str, account: str) -> None:
        self._s3: Any = session.client("s3")
        self._sqs: Any = session.client("sqs")
        self._queue = SqsQueue(session, queue)
        self._bucket, self._prefix, self._name = bucket, prefix, queue
        region = session.region_name
        partition = session.get_partition_for_region(region)
        self._arn = f"arn:{partition}:sqs:{region}:{account}:{queue}"
        self._policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "s3.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": self._arn,
                    "Condition": {
                        "ArnEquals": {"aws:SourceArn": f"arn:{partition}:s3:::{bucket}"},
                        "StringEquals": {"aws:SourceAccount": account},
                    },
                }
            ],
        }

    def settings(self) -> Json:
        """`queue`: whether there is one; `notified`: whether the bucket sends its changes there."""
        return {"queue": self._url() is not None, "notified": self._notified(self._notifications())}

    def open(self) -> None:
        """Make the queue and let the bucket send its changes there, unless it is so already.

        Raises:
            AdapterError: `conflict`, a queue of that name exists and was made by somebody else; `denied` or `invalid`, S3 does
                not add the notification, for example as another one for the same keys and events exists.
        """
        url = self._url()
        if url is None:
            self._make()
        elif self._policy_of(url) != self._policy:
            raise Conflict(
                f"SQS queue {self._name} exists, and was not made for the changes of bucket {self._bucket}",
                "Name another queue in changes_queue, or delete this one if nobody uses it.",
            )
        now = self._notifications()
        if self._notified(now):
            return
        rules = [{"Name": "prefix", "Value": quote_plus(self._prefix, safe="/!-_.*'()")}] if self._prefix else []
        line: Json = {"Id": f"dayzero-{self._name}", "QueueArn": self._arn, "Events": _EVENTS}
        line |= {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
        deadline = time.monotonic() + _REACHABLE_SECONDS
        while True:
            try:
                self._put(now | {"QueueConfigurations": [*now.get("QueueConfigurations", []), line]}, tried=True)
            except AdapterError as error:
                if "validate the following destination" not in error.message or time.monotonic() >= deadline:
                    raise
                time.sleep(1.0)
            else:
                return

    def close(self, before: Json) -> None:
        """Take away what `settings` did not see before: the line in the notifications, then the queue."""
        now = self._notifications()
        if self._notified(now) and not before["notified"]:
            kept = [one for one in now["QueueConfigurations"] if one["QueueArn"] != self._arn]
            without = {name: value for name, value in now.items() if name != "QueueConfigurations"}
            self._put(without | ({"QueueConfigurations": kept} if kept else {}), tried=False)
        url = self._url()
        if url is None or before["queue"]:
            return
        with aws_errors(f"SQS queue {self._name}", _MEND):
            self._sqs.delete_queue(QueueUrl=url)
        deadline = time.monotonic() + _GONE_SECONDS
        while self._url() is not None and time.monotonic() < deadline:
            time.sleep(0.5)

    def receive(self) -> Notices:
        """What has come: up to 100 messages; none only after the queue was asked, all of it, for a second."""
        messages = self._queue.receive(_HIDDEN_SECONDS)
        if len(messages) == BATCH:
            more = in_parallel(lambda _: self._queue.receive(_HIDDEN_SECONDS), range(_ROUND - 1))
            messages += [one for some in more for one in some]
        records = [record for message in messages for record in _records(message["Body"])]
        keys = dict.fromkeys(unquote_plus(record["s3"]["object"]["key"]) for record in records)
        times = [datetime.fromisoformat(record["eventTime"]).timestamp() for record in records]
        return Notices(list(keys), min(times, default=None), messages)

    def done(self, notices: Notices) -> None:
        """Delete these messages, as what they tell is applied."""
        in_parallel(self._queue.delete, list(batched(notices.messages, BATCH, strict=False)))

    def _make(self) -> None:
        with aws_errors(f"SQS queue {self._name}", _MEND):
            attributes = {"Policy": json.dumps(self._policy), "MessageRetentionPeriod": str(_DAYS_14)}
            self._sqs.create_queue(QueueName=self._name, Attributes=attributes)

    def _url(self) -> str | None:
        try:
            with aws_errors(f"SQS queue {self._name}", _MEND):
                return str(self._sqs.get_queue_url(QueueName=self._name)["QueueUrl"])
        except NotFound:
            return None

    def _policy_of(self, url: str) -> Any:
        with aws_errors(f"SQS queue {self._name}", _MEND):
            found = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]).get("Attributes", {})
        return json.loads(found.get("Policy") or "null")

    def _notifications(self) -> Json:
        with aws_errors(f"notifications of S3 bucket {self._bucket}", _MEND):
            found: Json = dict(self._s3.get_bucket_notification_configuration(Bucket=self._bucket))
        found.pop("ResponseMetadata", None)
        return found

    def _notified(self, found: Json) -> bool:
        return any(one["QueueArn"] == self._arn for one in found.get("QueueConfigurations", []))

    def _put(self, wanted: Json, *, tried: bool) -> None:
        """Write the document; `tried`: S3 sends a message to every destination first, and refuses if one does not take it."""
        with aws_errors(f"notifications of S3 bucket {self._bucket}", _MEND):
            self._s3.put_bucket_notification_configuration(
                Bucket=self._bucket, NotificationConfiguration=wanted, SkipDestinationValidation=not tried
            )


def _records(body: str) -> Sequence[Json]:
    """Changes that a message tells; the message by which S3 tries a queue (`s3:TestEvent`) tells none."""
    found: Sequence[Json] = json.loads(body).get("Records", [])
    return found
