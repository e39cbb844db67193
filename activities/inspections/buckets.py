"""Objects that start functions. Source: "Azure Blob storage trigger" and its tutorial on Event Grid."""

from collections.abc import Iterator

from activities.inspections.facts import Facts
from activities.inspections.finding import Found
from activities.inspections.hosting import of_kind
from plan.state import BucketStore

_SUBSCRIPTIONS = ("Microsoft.EventGrid/eventSubscriptions", "Microsoft.EventGrid/systemTopics/eventSubscriptions")


def blobs_again(facts: Facts, bucket: str) -> Iterator[Found]:
    """Objects that are copied, and that the trigger on Azure would take for new."""
    for store in _stores(facts, bucket):
        copied, there = facts.world.stores[store.name].count()
        if copied + there:
            what = (
                f"container {store.target_container} gets {copied} objects of bucket {bucket} and holds {there} already; "
                "a trigger that polls has no receipts of them and takes each for new"
            )
            yield Found("warn", what, "Let the trigger have `source: EventGrid`, or listen to a container that begins empty.")


def blobs_missed(facts: Facts, bucket: str) -> Iterator[Found]:
    """On Flex Consumption triggers hear of blobs by Event Grid alone."""
    if facts.tier() not in {"flex", None} or any(of_kind(facts.resources(), kind) for kind in _SUBSCRIPTIONS):
        return
    what = f"objects of bucket {bucket} start a function; Flex sees none without an Event Grid subscription, and there is none"
    yield Found("warn", what, "Add an event subscription of the storage account to the template.")


def _stores(facts: Facts, bucket: str) -> list[BucketStore]:
    return [one for one in facts.plan.state.stores if isinstance(one, BucketStore) and one.source_bucket == bucket]
