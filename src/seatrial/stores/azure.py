"""Azure Blob Storage, and Azurite, which speaks the same."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from azure.core import MatchConditions
from azure.core.credentials import AzureNamedKeyCredential
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobClient, BlobServiceClient, LinearRetry

from seatrial.errors import OutsideError, UsageError
from seatrial.settings import Store as StoreSettings
from seatrial.stores.protocol import LIMIT, AccessError, Document, MissingError, Progress, UnreachableError

RIGHTS: Final = (
    "check store.key_file, or `az login` and the role Storage Blob Data Reader (to publish: Contributor)"
)
TAKEN: Final = frozenset({409, 412})


class AzureStore:
    """A container of a storage account, reached by the account's key or by one's own identity."""

    def __init__(self, settings: StoreSettings, account: str, container: str, prefix: str) -> None:
        # The SDK's logs hold signed headers as soon as somebody turns them on.
        logging.getLogger("azure").setLevel(logging.CRITICAL)
        self.url = settings.url
        self._connections = settings.connections
        self._prefix = f"{prefix}/" if prefix else ""
        service = BlobServiceClient(
            settings.endpoint or f"https://{account}.blob.core.windows.net",
            credential=_credential(settings, account),
            connection_timeout=max(1.0, settings.timeout_seconds / 4),
            read_timeout=max(1.0, settings.timeout_seconds / 2),
            retry_policy=LinearRetry(backoff=1, retry_total=2, retry_read=1, random_jitter_range=1),
        )
        self._container = service.get_container_client(container)

    def read(self, key: str) -> Document | None:
        """Return a document and its ETag, or None where there is none."""
        try:
            with self._translated(key):
                stream = self._blob(key).download_blob(offset=0, length=LIMIT + 1)
                return Document(stream.readall(), str(stream.properties.etag))
        except MissingError:
            return None

    def size(self, key: str) -> int:
        """Return a blob's size in bytes."""
        with self._translated(key):
            return int(self._blob(key).get_blob_properties().size)

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return a part of a blob."""
        with self._translated(key):
            return self._blob(key).download_blob(offset=start, length=length).readall()

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Upload with `If-None-Match: *`; a large blob's blocks show only once all are committed."""

        def hook(sent: int, _total: int | None) -> None:
            progress(sent)

        return self._write(
            key, source, overwrite=False, max_concurrency=self._connections, progress_hook=hook
        )

    def replace(self, key: str, content: bytes, tag: str | None) -> bool:
        """Upload with `If-Match`."""
        if tag is None:
            return self._write(key, content, overwrite=False)
        return self._write(
            key, content, overwrite=True, etag=tag, match_condition=MatchConditions.IfNotModified
        )

    def _write(self, key: str, source: Path | bytes, **how: Any) -> bool:
        try:
            self._upload(key, source, how)
        except HttpResponseError as error:
            if error.status_code in TAKEN:
                return False
            with self._translated(key):
                raise
        except AzureError:
            with self._translated(key):
                raise
        return True

    def _upload(self, key: str, source: Path | bytes, how: dict[str, Any]) -> None:
        try:
            self._send(key, source, how)
        except ResourceNotFoundError:
            self._make_container()
            self._send(key, source, how)

    def _send(self, key: str, source: Path | bytes, how: dict[str, Any]) -> None:
        if isinstance(source, bytes):
            self._blob(key).upload_blob(source, **how)
            return
        with source.open("rb") as file:
            self._blob(key).upload_blob(file, length=source.stat().st_size, **how)

    def _make_container(self) -> None:
        try:
            self._container.create_container()
        except HttpResponseError as error:
            if error.status_code != 409:
                raise

    def _blob(self, key: str) -> BlobClient:
        return self._container.get_blob_client(self._prefix + key)

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        # The service's own words quote the signature that it expected: only its code is passed on.
        where = f"{self.url}/{key}"
        try:
            yield
        except HttpResponseError as error:
            raise _refusal(error, where) from error
        except AzureError as error:
            hint = "check store.url and store.endpoint, and that the service runs (`make status`)"
            what = f"the store {self.url} does not answer: {type(error).__name__}"
            raise UnreachableError(what, hint) from error


def _refusal(error: HttpResponseError, where: str) -> OutsideError:
    code = getattr(error, "error_code", None)
    code = str(getattr(code, "value", code) or error.reason or type(error).__name__)
    if isinstance(error, ResourceNotFoundError) or error.status_code == 404:
        return MissingError(f"{where} is not in the store ({code})", "see what is published, and model.lock")
    if isinstance(error, ClientAuthenticationError) or error.status_code in (401, 403):
        return AccessError(f"the store refuses access to {where} ({code})", RIGHTS)
    return UnreachableError(f"the store failed on {where}: {error.status_code} {code}", "try again later")


def _credential(settings: StoreSettings, account: str) -> Any:
    if not settings.key_file:
        if settings.endpoint.startswith("http:"):
            hint = "give the file of the account's key, or an https endpoint"
            raise UsageError("store.endpoint is plain http, where one's own identity is not sent", hint)
        from azure.identity import DefaultAzureCredential

        return DefaultAzureCredential()
    try:
        key = Path(settings.key_file).read_text().strip()
        if not base64.b64decode(key, validate=True):
            raise ValueError("it is empty")
        return AzureNamedKeyCredential(account, key)
    except (OSError, ValueError) as error:
        hint = "put the account's key into it, mode 0600, or leave store.key_file empty to use `az login`"
        raise UsageError(f"store.key_file {settings.key_file} cannot be read as a key", hint) from error
