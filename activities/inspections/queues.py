"""What queue triggers of Azure do otherwise than event source mappings of AWS.

Source: "Azure Queue storage trigger and bindings" (host.json settings, peek lock, poison messages), "Scalability targets for
Queue Storage", and the extension's own source for its lock of ten minutes.
"""

from collections.abc import Iterator

from activities.inspections.facts import Facts
from activities.inspections.finding import Found
from activities.inspections.hosting import span
from activities.inspections.subjects import fed_by
from adapters.errors import AdapterError
from adapters.observing import Metric

_LARGEST = 48 * 1024
"""Bytes of content that fit into the 64 KiB of a message once they are base64."""
_LOCK = 600.0
"""Seconds for which the host hides a message that it works on; it renews that before they are over."""
_TRIES = 5
"""maxDequeueCount, unless host.json says otherwise."""
_ELSEWHERE = "Keep the content in a blob and send its name, or use Service Bus."


def lock_lost(facts: Facts, function: str) -> Iterator[Found]:
    """A worker that takes longer than its message stays hidden."""
    allowed = int(facts.function(function)["timeout_seconds"])
    hidden = min((facts.queue(name).hidden for name in fed_by(facts.plan, function)), default=allowed)
    if allowed <= min(hidden, _LOCK):
        return
    longest = facts.longest(function)
    took = f"function {function} " + (
        f"may run for {allowed} s and was not measured" if longest is None else f"ran for up to {longest:.0f} s"
    )
    mend = "Make the worker idempotent, and shorter than the lock."
    if longest is not None and longest > hidden:
        yield Found("warn", f"{took}, longer than SQS hides a message ({hidden} s): messages come twice already", mend)
    if (allowed if longest is None else longest) > _LOCK:
        what = f"{took}; Azure's host hides a message for {_LOCK:.0f} s at a time, and one that it fails to renew comes twice"
        yield Found("warn", what, mend)


def message_too_large(facts: Facts, queue: str) -> Iterator[Found]:
    """Messages that Azure Queue Storage does not take."""
    allowed = facts.queue(queue).largest
    if allowed <= _LARGEST:
        return
    sent = facts.most(Metric("AWS/SQS", "SentMessageSize", "maximum", {"QueueName": queue}))
    limit = f"Azure Queue Storage takes {_LARGEST} bytes (64 KiB in base64)"
    if sent is None:
        what = f"queue {queue} takes messages of {allowed} bytes, and none was measured within two weeks; {limit}"
        yield Found("warn", what, f"{_ELSEWHERE} If messages are small, set MaximumMessageSize of the queue to say so.")
    elif sent > _LARGEST:
        yield Found("refuse", f"queue {queue} was sent a message of {sent:.0f} bytes within two weeks; {limit}", _ELSEWHERE)


def order_lost(_facts: Facts, queue: str) -> Iterator[Found]:
    """A queue whose order, or de-duplication, is part of what it promises."""
    if queue.endswith(".fifo"):
        what = f"queue {queue} is a FIFO queue; Azure Queue Storage keeps no order and takes out no duplicates"
        yield Found("refuse", what, "Use Service Bus with sessions and duplicate detection; dayzero moves no FIFO queue.")


def batch_item_failures(facts: Facts, function: str) -> Iterator[Found]:
    """A worker that says by its answer which messages of a batch failed."""
    told = [one for one in facts.mappings(function) if "ReportBatchItemFailures" in _response_types(one)]
    if told:
        what = f"function {function} names failed messages in its answer (ReportBatchItemFailures); Azure ignores that answer"
        mend = "Let the worker take one message at a time and raise for one that failed. Accept this once it does."
        yield Found("warn", what, mend)


def retried_at_once(facts: Facts, queue: str) -> Iterator[Found]:
    """A message that fails is tried again sooner, or less often, than on AWS."""
    rules, queues = facts.queue(queue), ("extensions", "queues")
    pause, tries = _pause(facts), int(facts.host(*queues, "maxDequeueCount") or _TRIES)
    if rules.hidden and not pause:
        what = f"a message of {queue} that fails is tried again at once, {tries} times; on SQS it rests up to {rules.hidden} s"
        yield Found("warn", what, "Set extensions.queues.visibilityTimeout in host.json: the pause between two tries.")
    if rules.receives and tries < rules.receives:
        what = f"a message of {queue} is given up after {tries} tries; on SQS after {rules.receives}"
        yield Found("warn", what, "Set extensions.queues.maxDequeueCount in host.json.")


def _pause(facts: Facts) -> float:
    said = facts.host("extensions", "queues", "visibilityTimeout")
    try:
        found = span(said) if said is not None else None
    except ValueError as error:
        raise AdapterError("invalid", f"visibilityTimeout in host.json: {error}", "Write it like 00:00:30.") from error
    return found.total_seconds() if found else 0.0


def _response_types(mapping: dict[str, object]) -> list[str]:
    settings = mapping.get("settings")
    found = settings.get("FunctionResponseTypes") if isinstance(settings, dict) else None
    return list(found) if isinstance(found, list) else []
