"""Notifications of a bucket: what becomes of others' settings, of messages, and of buckets that cannot have them."""

import itertools
import json
from typing import Any

import pytest
from azure.identity import DefaultAzureCredential
from botocore.exceptions import ClientError

from adapters.errors import AdapterError, Conflict
from adapters.records import Json
from adapters.states.object_transfer import Transfer
from adapters.states.s3_changes import ChangeQueue
from adapters.states.s3_delta import S3DeltaReplication
from adapters.states.s3_events import S3EventReplication
from local.environment import Environment
from tests.adapters.aws_resources import ACCOUNT, REGION, Aws, until
from tests.contracts.object_sides import PREFIX, ObjectSides
from tests.contracts.store_sides import compare_all

NUMBER = itertools.count()
LATER = {"since": 4e9, "begun": 3e9, "pass": None}
"""As if the bucket had just been listed: only what the queue tells is looked at until it is quiet."""


class Pair:
    """A bucket, a container, and the session through which the replication works."""

    def __init__(self, environment: Environment, aws: Aws) -> None:
        self.refused: tuple[str, str] | None = None
        """Code and message by which S3 refuses notifications."""
        aws.session.events.register("before-call.s3.PutBucketNotificationConfiguration", self._answer)
        self.name, blobs = f"events{next(NUMBER)}", environment.variables()["TARGET_BLOBS"]
        self.queue, self.aws, self.sides = f"{self.name}-changes", aws, ObjectSides(blobs, self.name)
        self.sides.store.prepare()
        self.s3, self.sqs = aws.client("s3"), aws.client("sqs")
        listed = S3DeltaReplication(
            name="receipts", session=aws.session, source_bucket=self.name, prefix=PREFIX, blob_endpoint=blobs,
            container=self.name, credential=DefaultAzureCredential(),
        )  # fmt: skip
        changes = ChangeQueue(aws.session, bucket=self.name, prefix=PREFIX, queue=self.queue, account=ACCOUNT)
        self.replication = S3EventReplication(listed, changes)

    def notifications(self) -> Json:
        found: Json = self.s3.get_bucket_notification_configuration(Bucket=self.name)
        found.pop("ResponseMetadata")
        return found

    def notify_others(self) -> Json:
        """Notifications that somebody else has set: to a function and to another queue."""
        function, (queue, _) = self.aws.function(), self.aws.queue()
        wanted: Any = {
            "LambdaFunctionConfigurations": [
                {"Id": "theirs", "LambdaFunctionArn": self.aws.function_arn(function), "Events": ["s3:ObjectCreated:*"],
                 "Filter": {"Key": {"FilterRules": [{"Name": "Prefix", "Value": "inbox/"}]}}}
            ],
            "QueueConfigurations": [
                {"Id": "other", "QueueArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}", "Events": ["s3:ObjectRemoved:Delete"]}
            ],
            "EventBridgeConfiguration": {},
        }  # fmt: skip
        self.s3.put_bucket_notification_configuration(Bucket=self.name, NotificationConfiguration=wanted)
        return self.notifications()

    def waiting(self) -> int:
        """Messages in the queue, hidden ones included."""
        url = self.sqs.get_queue_url(QueueName=self.queue)["QueueUrl"]
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def _answer(self, **_: Any) -> None:
        if self.refused:
            raise ClientError({"Error": {"Code": self.refused[0], "Message": self.refused[1]}}, "Put")


@pytest.fixture
def pair(environment: Environment, aws: Aws) -> Pair:
    return Pair(environment, aws)


def test_notifications_of_others_stay_and_are_as_before_afterwards(pair: Pair) -> None:
    theirs = pair.notify_others()
    before = pair.replication.snapshot()
    pair.replication.begin()
    now = pair.notifications()
    ours = next(one for one in now["QueueConfigurations"] if one["Id"] == f"dayzero-{pair.queue}")
    assert ours["Filter"]["Key"]["FilterRules"][0]["Value"] == PREFIX
    kept = [one for one in now["QueueConfigurations"] if one != ours]
    assert now | {"QueueConfigurations": kept} == theirs
    pair.replication.restore(before)
    assert pair.notifications() == theirs
    assert pair.replication.snapshot() == before == {"queue": False, "notified": False}


def test_what_others_set_meanwhile_stays_too(pair: Pair) -> None:
    before = pair.replication.snapshot()
    pair.replication.begin()
    ours = pair.notifications()["QueueConfigurations"]
    theirs = pair.notify_others()
    wanted: Any = theirs | {"QueueConfigurations": [*theirs["QueueConfigurations"], *ours]}
    pair.s3.put_bucket_notification_configuration(Bucket=pair.name, NotificationConfiguration=wanted)
    pair.replication.restore(before)
    assert pair.notifications() == theirs


def test_a_busy_bucket_is_followed_without_listing_it(pair: Pair) -> None:
    pair.replication.begin()
    pair.sides.put_source("old", 1)
    pair.sides.put_source("a+b c", 1)
    pair.sides.delete_source("old")
    until(lambda: pair.waiting() >= 4 or None)  # the test event, too
    pair.aws.calls.clear()
    delta = pair.replication.apply(LATER, 0)
    assert "ListObjectsV2" not in pair.aws.calls
    assert (delta.caught_up, delta.applied, set(delta.keys)) == (False, 1, {f"{PREFIX}old", f"{PREFIX}a+b c"})
    assert 0 < delta.lag_seconds < 60
    assert set(pair.sides.target()) == {"a+b c"}
    assert pair.waiting() == 0
    done = pair.replication.apply(delta.position, 30)
    assert (done.caught_up, done.lag_seconds) == (True, 0.0)
    assert "ListObjectsV2" in pair.aws.calls


def test_late_and_repeated_notifications_do_no_harm(pair: Pair) -> None:
    position = pair.replication.begin()
    url = pair.sqs.get_queue_url(QueueName=pair.queue)["QueueUrl"]
    pair.sides.put_source("key", 3)
    while not pair.replication.apply(position, 30).caught_up:
        pass

    def say(event: str, key: str) -> None:
        record = {"eventName": event, "eventTime": "2026-01-01T00:00:00.000Z", "s3": {"object": {"key": key}}}
        pair.sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"Records": [record]}))

    for event, key in (("ObjectRemoved:Delete", "data/key"), ("ObjectCreated:Put", "data/gone"), ("ObjectCreated:Put", "o")):
        say(event, key)
    delta = pair.replication.apply(LATER, 0)
    assert (delta.applied, set(pair.sides.target())) == (0, {"key"})
    assert all(comparison.equal for comparison in compare_all(pair.sides.store))


def test_a_message_stays_until_its_change_is_applied(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.replication.begin()
    pair.sides.put_source("key", 1)
    until(lambda: pair.waiting() >= 2 or None)
    with monkeypatch.context() as broken:

        def fail(*_: Any, **__: Any) -> None:
            raise AdapterError("unreachable", "no answer")

        broken.setattr(Transfer, "renew", fail)
        with pytest.raises(AdapterError):
            pair.replication.apply(LATER, 0)
    assert pair.waiting() == 2


@pytest.mark.parametrize(("code", "message"), [
    ("InvalidArgument", "Configurations overlap. Configurations on the same bucket cannot share a common event type"),
    ("AccessDenied", "not allowed"),
])  # fmt: skip
def test_a_bucket_that_cannot_have_notifications_is_listed(pair: Pair, code: str, message: str) -> None:
    before = pair.replication.snapshot()
    pair.refused = (code, message)
    position = pair.replication.begin()
    assert message in position["listed_because"]
    assert pair.replication.snapshot() == before
    pair.sides.put_source("key", 1)
    delta = pair.replication.apply(position, 30)
    assert (delta.caught_up, delta.applied, delta.position["listed_because"]) == (True, 1, position["listed_because"])
    pair.replication.restore(before)


def test_a_queue_that_is_gone_is_replaced_by_listings(pair: Pair) -> None:
    position = pair.replication.begin()
    pair.sqs.delete_queue(QueueUrl=pair.sqs.get_queue_url(QueueName=pair.queue)["QueueUrl"])
    pair.sides.put_source("key", 1)
    delta = pair.replication.apply(position, 30)
    assert (delta.caught_up, delta.applied) == (True, 1)
    assert pair.queue in delta.position["listed_because"]


def test_a_queue_of_somebody_else_is_refused(pair: Pair) -> None:
    pair.sqs.create_queue(QueueName=pair.queue)
    with pytest.raises(Conflict, match="not made for the changes") as raised:
        pair.replication.begin()
    assert "changes_queue" in raised.value.mend
    assert pair.notifications() == {}
    assert pair.replication.snapshot() == {"queue": True, "notified": False}


def test_only_this_bucket_may_send_to_the_queue(pair: Pair) -> None:
    pair.replication.begin()
    url = pair.sqs.get_queue_url(QueueName=pair.queue)["QueueUrl"]
    policy = json.loads(pair.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"])
    (statement,) = policy["Statement"]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{pair.name}"},
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
    }
