"""What every BucketEvents adapter keeps."""

import json
from functools import partial

import pytest

from adapters.aws.bucket_events import BucketNotifications
from adapters.errors import NotFound
from tests.adapters.aws_resources import Aws


@pytest.fixture(params=[BucketNotifications])
def adapter(request: pytest.FixtureRequest) -> type[BucketNotifications]:
    chosen: type[BucketNotifications] = request.param
    return chosen


def test_detached_and_restored_is_as_before(adapter: type[BucketNotifications], aws: Aws) -> None:
    ours, theirs = aws.function(), aws.function()
    bucket, port = aws.bucket(ours, theirs), adapter(aws.session, [ours])
    before = port.snapshot(bucket)
    port.detach(bucket)
    assert ours not in json.dumps(port.snapshot(bucket))
    assert theirs in json.dumps(port.snapshot(bucket))
    port.restore(bucket, before)
    assert json.dumps(port.snapshot(bucket)) == json.dumps(before)
    assert ours in json.dumps(before)


def test_the_last_notification_can_be_detached_too(adapter: type[BucketNotifications], aws: Aws) -> None:
    ours = aws.function()
    bucket, port = aws.bucket(ours), adapter(aws.session, [ours])
    before = port.snapshot(bucket)
    port.detach(bucket)
    assert port.snapshot(bucket) == {}
    port.restore(bucket, before)
    assert port.snapshot(bucket) == before


def test_twice_sends_once(adapter: type[BucketNotifications], aws: Aws) -> None:
    ours = aws.function()
    bucket, port = aws.bucket(ours), adapter(aws.session, [ours])
    before = port.snapshot(bucket)
    for act in (partial(port.detach, bucket), partial(port.restore, bucket, before)):
        aws.calls.clear()
        act()
        act()
        assert len(aws.changes) == 1


def test_a_bucket_that_does_not_exist_is_named(adapter: type[BucketNotifications], aws: Aws) -> None:
    port = adapter(aws.session, ["any"])
    for ask in (port.snapshot, port.detach, lambda bucket: port.restore(bucket, {"QueueConfigurations": []})):
        with pytest.raises(NotFound, match="no-such-bucket") as raised:
            ask("no-such-bucket")
        assert "plan" in raised.value.mend
