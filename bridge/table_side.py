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
from bridge.codec import entity_key, from_entity, to_entity
from bridge.side import Held
from bridge.values import Item

_CHANGED = (ResourceExistsError, ResourceModifiedError, ResourceNotFoundError)


class TableSide:
    """Args: Table service URL, table, and a credential with the role Storage Table Data Contributor."""

    def __init__(self, service_url: str, table: str, credential: TokenCredential) -> None:
        self._table = TableClient(service_url, table, credential=credential, **CALL_LIMITS)

    def digest(self, value: Item | None) -> str:
        return values.digest(value)

    def read(self, key: str) -> Held[Item]:
        keys = entity_key(key)
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
                    self._table.create_entity(to_entity(key, value))
            elif value is None:
                return self._deleted(key, under)
            else:
                self._table.update_entity(to_entity(key, value), mode=UpdateMode.REPLACE, **under)
        except _CHANGED:
            return False
        return True

    def _deleted(self, key: str, under: dict[str, Any]) -> bool:
        """The SDK takes an entity that is gone for deleted; the service tells."""
        told: list[int] = []
        self._table.delete_entity(
            entity_key(key), raw_response_hook=lambda answer: told.append(answer.http_response.status_code), **under
        )
        return HTTPStatus.NOT_FOUND not in told

    def some(self, limit: int) -> list[Item]:
        page: Iterable[TableEntity] = next(self._table.list_entities(results_per_page=limit).by_page(), [])
        return [from_entity(entity) for entity in page]

    def iterate(self) -> Iterator[Item]:
        for entity in self._table.list_entities():
            yield from_entity(entity)
