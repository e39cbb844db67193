"""A table of Azure Table Storage as a side of records: an entity an item, changed under its ETag.

Lives here: the calls. Never here: the encoding (codec.py).
"""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from azure.core import MatchConditions
from azure.core.credentials import TokenCredential
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import TableClient, TableEntity, UpdateMode

from bridge import values
from bridge.book import CALL_LIMITS
from bridge.codec import from_entity, to_entity
from bridge.keys import entity_key
from bridge.side import Held
from bridge.values import Item

_CHANGED = (ResourceExistsError, ResourceModifiedError, ResourceNotFoundError)


class TableSide:
    """Args: Table service URL, table, and a credential with the role Storage Table Data Contributor.

    `sort_key`: whether the items' keys have two parts, as those of a DynamoDB table with a sort key.
    """

    def __init__(self, service_url: str, table: str, credential: TokenCredential, *, sort_key: bool = False) -> None:
        self._sort_key = sort_key
        self._table = TableClient(service_url, table, credential=credential, **CALL_LIMITS)

    def digest(self, value: Item | None) -> str:
        return values.digest(value)

    def read(self, key: str) -> Held[Item]:
        keys = self._at(key)
        try:
            entity = self._table.get_entity(keys["PartitionKey"], keys["RowKey"])
        except ResourceNotFoundError:
            return Held()
        item = from_entity(entity)
        return Held(item, values.digest(item), entity.metadata["etag"])

    def write(self, key: str, value: Item | None, held: Held[Item]) -> bool:
        under: dict[str, Any] = {"etag": held.tag, "match_condition": MatchConditions.IfNotModified}
        try:
            if held.value is None:
                if value is not None:
                    self._table.create_entity(to_entity(key, value, sort_key=self._sort_key))
            elif value is None:
                return self._deleted(key, under)
            else:
                entity = to_entity(key, value, sort_key=self._sort_key)
                self._table.update_entity(entity, mode=UpdateMode.REPLACE, **under)
        except _CHANGED:
            return False
        return True

    def _deleted(self, key: str, under: dict[str, Any]) -> bool:
        """The SDK takes an entity that is gone for deleted; the service tells."""
        told: list[int] = []
        self._table.delete_entity(
            self._at(key), raw_response_hook=lambda answer: told.append(answer.http_response.status_code), **under
        )
        return HTTPStatus.NOT_FOUND not in told

    def _at(self, key: str) -> dict[str, Any]:
        return entity_key(key, sort_key=self._sort_key)

    def some(self, limit: int) -> list[Item]:
        page: Iterable[TableEntity] = next(self._table.list_entities(results_per_page=limit).by_page(), [])
        return [from_entity(entity) for entity in page]

    def iterate(self) -> Iterator[Item]:
        for entity in self._table.list_entities():
            yield from_entity(entity)
