"""Tables with other keys than one text, and what a copy costs in calls."""

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from azure.data.tables import TableClient as SdkTable
from azure.identity import DefaultAzureCredential

from adapters.states.dynamodb_source import DynamoTable
from adapters.states.dynamodb_table import DynamoTableStore
from adapters.states.table_client import TableClient
from local.environment import Environment
from tests.contracts.store_sides import compare_all, copy_all, differing, now, write_back_all

NUMBER = itertools.count()
Make = Callable[..., tuple[Any, SdkTable, DynamoTableStore, str]]


@pytest.fixture
def make(environment: Environment) -> Make:
    def build(**keys: str) -> tuple[Any, SdkTable, DynamoTableStore, str]:
        name, tables = f"keyed{next(NUMBER)}", environment.variables()["TARGET_TABLES"]
        session, credential = boto3.Session(region_name="eu-west-1"), DefaultAzureCredential()
        client: Any = session.client("dynamodb")
        kinds = ["HASH", "RANGE"]
        client.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, kinds, strict=False)],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in keys.items()],
        )  # fmt: skip
        store = DynamoTableStore(
            name=name, session=session, source_table=name, table_endpoint=tables, target_table=name, credential=credential,
            shards=2,
        )  # fmt: skip
        store.prepare()
        return client, SdkTable(tables, name, credential=credential), store, name

    return build


def test_a_partition_goes_in_transactions(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    client, _, store, name = make(group="N", sort="B")
    for number in range(250):
        client.put_item(TableName=name, Item={"group": {"N": "1.0"}, "sort": {"B": bytes([number])}, "é": {"S": "{'}"}})
    calls: Counter[str] = Counter()
    for method in ("upsert", "upsert_together"):
        original = getattr(TableClient, method)

        def counted(self: TableClient, argument: Any, *, of: Any = original, called: str = method) -> None:
            calls[called] += 1
            of(self, argument)

        monkeypatch.setattr(TableClient, method, counted)
    assert sum(done.items for done in copy_all(store)) == 250
    assert calls == {"upsert_together": 3}
    assert all(comparison.equal for comparison in compare_all(store))


def test_keys_with_numbers_and_bytes_come_back(make: Make) -> None:
    client, table, store, name = make(group="N", sort="B")
    client.put_item(TableName=name, Item={"group": {"N": "1E2"}, "sort": {"B": b"\xff\xfe?"}})
    copy_all(store)
    copied = [comparison.source for comparison in compare_all(store)]
    cutover = now()
    [entity] = table.list_entities()
    assert (entity["PartitionKey"], entity["RowKey"]) == ("100", "%2F%2F4%2F")
    table.delete_entity(entity)
    table.upsert_entity({"PartitionKey": "7", "RowKey": "AQ==", "count": 5, "exact": 0.5})
    write_back_all(store, cutover, copied)
    [item] = client.scan(TableName=name)["Items"]
    assert item == {"group": {"N": "7"}, "sort": {"B": b"\x01"}, "count": {"N": "5"}, "exact": {"N": "0.5"}}


def test_a_verification_reads_each_side_once(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    client, table, store, name = make(id="S")
    for number in range(30):
        client.put_item(TableName=name, Item={"id": {"S": str(number)}})
    copy_all(store)
    read: Counter[str] = Counter()
    scan, pages = DynamoTable.scan, TableClient.pages

    def counted_scan(self: DynamoTable, *args: Any, **options: Any) -> Any:
        for items, after in scan(self, *args, **options):
            read["source"] += len(items)
            yield items, after

    def counted_pages(self: TableClient, *args: Any, **options: Any) -> Any:
        for entities, after in pages(self, *args, **options):
            read["target"] += len(entities)
            yield entities, after

    monkeypatch.setattr(DynamoTable, "scan", counted_scan)
    monkeypatch.setattr(TableClient, "pages", counted_pages)
    assert all(comparison.equal for comparison in compare_all(store))
    assert read == {"source": 30, "target": 30}
    table.upsert_entity({"PartitionKey": "5", "RowKey": "", "id": "5", "note": "changed"})
    assert differing(store) == ["5"]
