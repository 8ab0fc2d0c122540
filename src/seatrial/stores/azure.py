"""Azure Blob Storage; also Azurite, its emulator."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobClient, BlobServiceClient, LinearRetry

from seatrial.settings import Store as StoreSettings
from seatrial.stores.azure_blocks import BlobExistsError, upload_blocks
from seatrial.stores.azure_credentials import credential_of
from seatrial.stores.azure_errors import answer_error, sign_in_error
from seatrial.stores.pieces import piece_bytes
from seatrial.stores.protocol import (
    DOCUMENT_LIMIT,
    BlobNotFoundError,
    Document,
    Progress,
)
from seatrial.stores.refusals import unreachable

CONFLICT: Final = frozenset({409, 412})
AFTER_THE_END: Final = 416


class AzureStore:
    """A container of a storage account, with the account key or the identity of the user."""

    def __init__(self, settings: StoreSettings, account: str, container: str, prefix: str) -> None:
        # The SDK logs signed headers if logging is on.
        logging.getLogger("azure").setLevel(logging.CRITICAL)
        self.url = settings.url
        self._connections = settings.connections
        self._prefix = f"{prefix}/" if prefix else ""
        service = BlobServiceClient(
            settings.endpoint or f"https://{account}.blob.core.windows.net",
            credential=credential_of(settings, account),
            connection_timeout=max(1.0, settings.timeout_seconds / 4),
            read_timeout=max(1.0, settings.timeout_seconds / 2),
            retry_policy=LinearRetry(backoff=1, retry_total=2, retry_read=1, random_jitter_range=1),
            # A redirect would take the model, and a new signature, to another host.
            permit_redirects=False,
        )
        self._container = service.get_container_client(container)

    def read(self, key: str) -> Document | None:
        """Return a document and its ETag, or None if there is none."""
        try:
            with self._store_errors(key):
                stream = self._blob(key).download_blob(offset=0, length=DOCUMENT_LIMIT + 1)
                return Document(stream.readall(), str(stream.properties.etag))
        except BlobNotFoundError:
            return None

    def size(self, key: str) -> int:
        """Return the size of a blob in bytes."""
        with self._store_errors(key):
            return int(self._blob(key).get_blob_properties().size)

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return a range of a blob."""
        with self._store_errors(key):
            try:
                return self._blob(key).download_blob(offset=start, length=length).readall()
            except HttpResponseError as error:
                if error.status_code == AFTER_THE_END:
                    return b""
                raise

    def names(self, prefix: str, page: int = 1000) -> Iterator[str]:
        """Yield the names under a prefix, by a listing with the delimiter `/`."""
        start = self._prefix + prefix
        with self._store_errors(prefix):
            try:
                for found in self._container.walk_blobs(start, results_per_page=page).by_page():
                    yield from sorted(str(each.name).removeprefix(start) for each in found)
            except ResourceNotFoundError:
                return

    def delete(self, key: str) -> None:
        """Remove a blob."""
        with self._store_errors(key), suppress(ResourceNotFoundError):
            self._blob(key).delete_blob()

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Upload with `If-None-Match: *`; the blocks of a large blob appear once all are committed."""
        if isinstance(source, bytes):
            return self._write(lambda: self._send(key, source, overwrite=False), key)
        if source.stat().st_size > piece_bytes(self._connections):
            return self._write(
                lambda: upload_blocks(self._blob(key), source, self._connections, progress), key
            )
        created = self._write(lambda: self._send(key, source.read_bytes(), overwrite=False), key)
        progress(source.stat().st_size)
        return created

    def replace(self, key: str, content: bytes, tag: str | None) -> bool:
        """Upload with `If-Match`."""
        options: dict[str, Any] = {"overwrite": False}
        if tag is not None:
            options = {"overwrite": True, "etag": tag, "match_condition": MatchConditions.IfNotModified}
        return self._write(lambda: self._send(key, content, **options), key)

    def _write(self, upload: Callable[[], None], key: str) -> bool:
        try:
            self._with_container(upload)
        except BlobExistsError:
            return False
        except HttpResponseError as error:
            if error.status_code in CONFLICT:
                return False
            with self._store_errors(key):
                raise
        except AzureError:
            with self._store_errors(key):
                raise
        return True

    def _with_container(self, upload: Callable[[], None]) -> None:
        try:
            upload()
        except ResourceNotFoundError:
            self._create_container()
            upload()

    def _send(self, key: str, content: bytes, **options: Any) -> None:
        self._blob(key).upload_blob(content, **options)

    def _create_container(self) -> None:
        try:
            self._container.create_container()
        except HttpResponseError as error:
            if error.status_code != 409:
                raise

    def _blob(self, key: str) -> BlobClient:
        return self._container.get_blob_client(self._prefix + key)

    @contextmanager
    def _store_errors(self, key: str) -> Iterator[None]:
        blob = f"{self.url}/{key}"
        try:
            yield
        except HttpResponseError as error:
            if isinstance(error, ClientAuthenticationError) and error.response is None:
                raise sign_in_error(self.url, error) from error
            raise answer_error(error, blob) from error
        # The SDK raises ValueError for a response that is not one of Azure.
        except (AzureError, ValueError) as error:
            raise unreachable(self.url, error) from error
