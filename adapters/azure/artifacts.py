"""Files that a pipeline built, read from Blob Storage with the agent's identity and checked against their hash.

Never here: what is done with them.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from azure.core.credentials import TokenCredential
from azure.storage.blob import BlobClient

from adapters.azure.errors import azure_errors
from adapters.errors import AdapterError

_PIECE = 2 * 1024 * 1024
"""The SDK holds about ten times as much in memory."""
_IN_MEMORY = 8 * 1024 * 1024


def without_query(url: str) -> str:
    """The URL without what may be a signature: fit for messages and records."""
    return urlunsplit(urlsplit(url)._replace(query="", fragment=""))


class Artifacts:
    """Reads blobs; memory does not grow with their size."""

    def __init__(self, credential: TokenCredential) -> None:
        self._credential = credential

    @contextmanager
    def open(self, url: str, sha256: str) -> Iterator[IO[bytes]]:
        """The artifact as a temporary file at its beginning, gone afterwards.

        Args:
            url: of a blob; https, because a token goes along.
            sha256: of its content, 64 hexadecimal digits.

        Raises:
            AdapterError: `invalid` when the content has another hash; `not-found`, `denied` and so on when it cannot be read.
        """
        name = f"artifact {without_query(url)}"
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            digest = hashlib.sha256()
            with (
                azure_errors(name, "Check the URL in the plan and that the pipeline uploaded the file."),
                self._blob(without_query(url)) as blob,
            ):
                for piece in blob.download_blob().chunks():
                    digest.update(piece)
                    file.write(piece)
            if digest.hexdigest() != sha256:
                raise AdapterError(
                    "invalid",
                    f"{name}: its SHA-256 is {digest.hexdigest()}, the plan expects {sha256}; nothing was changed",
                    "Find out who replaced the file; plan the hash of the file that was tested.",
                )
            file.seek(0)
            yield file

    def _blob(self, url: str) -> BlobClient:
        if not url.startswith("https://"):
            raise AdapterError(
                "invalid", f"artifact {url}: must be an https address", "Correct it in the plan: a token goes along."
            )
        try:
            return BlobClient.from_blob_url(
                url, credential=self._credential, max_single_get_size=_PIECE, max_chunk_get_size=_PIECE
            )
        except ValueError as error:
            raise AdapterError(
                "invalid", f"artifact {url}: no blob's address ({error})", "Correct the URL in the plan."
            ) from error
