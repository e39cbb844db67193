"""The few operations of the Table service that a bulk copy needs, as one class for one table.

Lives here: requests and answers of the REST API. Never here: the encoding of items, batching, threads.
Source: "Table service REST API": Query Entities, Insert Or Replace Entity, Delete Entity, Performing entity group transactions.
"""

import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from azure.core.credentials import TokenCredential

from adapters.azure.errors import answered
from adapters.states.storage_http import StorageHttp
from adapters.states.table_codec import Entity
from adapters.states.table_keys import TableKey

Continuation = list[str | None]
"""NextPartitionKey and NextRowKey as the service gave them."""

_READ = {"accept": "application/json;odata=minimalmetadata", "dataserviceversion": "3.0;NetFx"}
_WRITE = {"accept": "application/json;odata=nometadata", "content-type": "application/json", "prefer": "return-no-content"}
TRANSACTION = 100
"""Entities that one transaction may hold; all of one partition. The body may have 4 MiB."""


class TableClient:
    """One table.

    Args:
        endpoint: URL of the Table service.
    """

    def __init__(self, endpoint: str, table: str, credential: TokenCredential) -> None:
        self._http = StorageHttp(endpoint, credential, f"table {table}")
        self._table = table

    def create(self) -> None:
        """Make the table unless it exists."""
        self._http.ask(
            "POST", "/Tables", headers=_WRITE, body=json.dumps({"TableName": self._table}).encode(), good=(201, 204, 409)
        )

    def pages(
        self, *, after: Continuation | None = None, select: Sequence[str] = (), since: datetime | None = None, top: int = 1000
    ) -> Iterator[tuple[list[Entity], Continuation | None]]:
        """Entities in order of their keys, up to `top` (at most 1,000) at a time, each page with where the next one begins.

        Args:
            after: where to begin; None: at the start.
            select: names of properties; empty: all.
            since: only entities whose Timestamp is at or after this moment.
        """
        query: dict[str, str] = {"$top": str(top)}
        if select:
            query["$select"] = ",".join(select)
        if since:
            query["$filter"] = f"Timestamp ge datetime'{since.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}'"
        while True:
            at = {name: value for name, value in zip(("NextPartitionKey", "NextRowKey"), after or (), strict=False) if value}
            answer = self._http.ask("GET", f"/{self._table}()?{urlencode(query | at, quote_via=quote)}", headers=_READ)
            headers = answer.headers
            names = ("x-ms-continuation-nextpartitionkey", "x-ms-continuation-nextrowkey")
            after = [headers.get(name) for name in names] if names[0] in headers else None
            yield json.loads(answer.data)["value"], after
            if after is None:
                return

    def get(self, key: TableKey, select: Sequence[str] = ()) -> Entity | None:
        """One entity, or None."""
        query = f"?{urlencode({'$select': ','.join(select)}, quote_via=quote)}" if select else ""
        answer = self._http.ask("GET", self._path(key) + query, headers=_READ, good=(200, 404))
        found: Entity | None = json.loads(answer.data) if answer.status == 200 else None
        return found

    def upsert(self, entity: Entity) -> None:
        """Insert the entity, or replace the one with its key."""
        key = (entity["PartitionKey"], entity["RowKey"])
        self._http.ask("PUT", self._path(key), headers=_WRITE, body=_json(entity))

    def delete(self, key: TableKey) -> None:
        """Delete the entity; none is as well."""
        self._http.ask("DELETE", self._path(key), headers={**_WRITE, "if-match": "*"}, good=(204, 404))

    def upsert_together(self, entities: Sequence[Entity]) -> None:
        """Insert or replace up to 100 entities of one partition in one transaction."""
        batch, changes = f"batch_{uuid.uuid4()}", f"changeset_{uuid.uuid4()}"
        head = f"--{changes}\r\ncontent-type: application/http\r\ncontent-transfer-encoding: binary\r\n\r\nPUT "
        lines = f" HTTP/1.1\r\naccept: {_WRITE['accept']}\r\ncontent-type: application/json\r\n\r\n"
        url = self._http.base + self._http.path
        parts = [f"--{batch}\r\ncontent-type: multipart/mixed; boundary={changes}\r\n\r\n".encode()]
        for entity in entities:
            path = self._path((entity["PartitionKey"], entity["RowKey"]))
            parts += [f"{head}{url}{path}{lines}".encode(), _json(entity), b"\r\n"]
        parts.append(f"--{changes}--\r\n--{batch}--\r\n".encode())
        headers = {
            "content-type": f"multipart/mixed; boundary={batch}",
            "dataserviceversion": "3.0",
            "accept": _WRITE["accept"],
        }
        answer = self._http.ask("POST", "/$batch", headers=headers, body=b"".join(parts))
        for line in answer.data.split(b"\r\n"):
            if line.startswith(b"HTTP/1.1 ") and int(line[9:12]) >= 400:
                words = answer.data[answer.data.find(b"{") :][:300].decode(errors="replace")
                raise answered(self._http.resource, int(line[9:12]), words)

    def _path(self, key: TableKey) -> str:
        partition, row = (quote(text.replace("'", "''"), safe="") for text in key)
        return f"/{self._table}(PartitionKey='{partition}',RowKey='{row}')"


def _json(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
