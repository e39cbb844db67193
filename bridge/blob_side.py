"""A container of Azure Blob Storage as a side of documents, changed under ETags.

Lives here: the calls. Never here: what a document is (documents.py).
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from azure.core import MatchConditions
from azure.core.credentials import TokenCredential
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import ContainerClient, ContentSettings

from bridge import documents
from bridge.book import CALL_LIMITS
from bridge.documents import KEPT_ETAG, PROPERTIES, Document, from_azure_name, to_azure_name
from bridge.side import Held

_CHANGED = (ResourceExistsError, ResourceModifiedError, ResourceNotFoundError)


class BlobSide:
    """Args: Blob service URL, container, and a credential with the role Storage Blob Data Contributor."""

    def __init__(self, service_url: str, container: str, credential: TokenCredential) -> None:
        self._container = ContainerClient(service_url, container, credential=credential, **CALL_LIMITS)

    def digest(self, value: Document | None) -> str:
        return documents.digest(value)

    def read(self, key: str) -> Held[Document]:
        try:
            stream = self._container.download_blob(key)
        except ResourceNotFoundError:
            return Held()
        facts = stream.properties
        told = {name: getattr(facts.content_settings, name) or "" for name in PROPERTIES}
        kept = {from_azure_name(name): value for name, value in (facts.metadata or {}).items() if name.lower() != KEPT_ETAG}
        document = Document(stream.readall(), metadata=kept, **told)
        return Held(document, documents.digest(document), facts.etag)

    def write(self, key: str, value: Document | None, held: Held[Document]) -> bool:
        under: dict[str, Any] = {}
        if held.value is not None:
            under = {"etag": held.tag, "match_condition": MatchConditions.IfNotModified}
        try:
            if value is not None:
                self._container.upload_blob(key, value.content, overwrite=bool(under), **_told(value), **under)
            elif held.value is not None:
                self._container.delete_blob(key, **under)
        except _CHANGED:
            return False
        return True

    def some(self, limit: int) -> list[Document]:
        return list(islice(self.iterate(), limit))

    def iterate(self) -> Iterator[Document]:
        for name in self._container.list_blob_names():
            document = self.read(name).value
            if document is not None:
                yield document


def _told(document: Document) -> dict[str, Any]:
    settings = ContentSettings(**{name: getattr(document, name) or None for name in PROPERTIES})
    metadata = {to_azure_name(name): value for name, value in document.metadata.items()}
    return {"content_settings": settings, "metadata": metadata}
