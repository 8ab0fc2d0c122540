"""Azure Blob Storage; also Azurite, its emulator."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from azure.core import MatchConditions
from azure.core.credentials import AccessToken, AzureNamedKeyCredential, TokenCredential
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobClient, BlobServiceClient, LinearRetry

from seatrial.errors import OutsideError, UsageError
from seatrial.settings import Store as StoreSettings
from seatrial.stores.protocol import (
    DOCUMENT_LIMIT,
    BlobNotFoundError,
    Document,
    Progress,
    StoreAccessError,
    StoreUnreachableError,
)

RIGHTS_HINT: Final = (
    "check store.key_file, or `az login` and the role Storage Blob Data Reader (to publish: Contributor)"
)
STORAGE_SCOPE: Final = "https://storage.azure.com/.default"
CONFLICT: Final = frozenset({409, 412})


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
            credential=_credential(settings, account),
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
            return self._blob(key).download_blob(offset=start, length=length).readall()

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Upload with `If-None-Match: *`; the blocks of a large blob appear once all are committed."""

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

    def _write(self, key: str, source: Path | bytes, **options: Any) -> bool:
        try:
            self._upload(key, source, options)
        except HttpResponseError as error:
            if error.status_code in CONFLICT:
                return False
            with self._store_errors(key):
                raise
        except AzureError:
            with self._store_errors(key):
                raise
        return True

    def _upload(self, key: str, source: Path | bytes, options: dict[str, Any]) -> None:
        try:
            self._send(key, source, options)
        except ResourceNotFoundError:
            self._create_container()
            self._send(key, source, options)

    def _send(self, key: str, source: Path | bytes, options: dict[str, Any]) -> None:
        if isinstance(source, bytes):
            self._blob(key).upload_blob(source, **options)
            return
        with source.open("rb") as file:
            self._blob(key).upload_blob(file, length=source.stat().st_size, **options)

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
        # The service's message contains the expected signature, so only its code is reported.
        blob = f"{self.url}/{key}"
        try:
            yield
        except HttpResponseError as error:
            raise _store_error(error, blob) from error
        # The SDK raises ValueError for a response that is not one of Azure.
        except (AzureError, ValueError) as error:
            hint = "check store.url and store.endpoint, and that the service runs (`make status`)"
            message = f"the store {self.url} does not answer: {type(error).__name__}"
            raise StoreUnreachableError(message, hint) from error


def _store_error(error: HttpResponseError, blob: str) -> OutsideError:
    code = getattr(error, "error_code", None)
    code = str(getattr(code, "value", code) or error.reason or type(error).__name__)
    if isinstance(error, ResourceNotFoundError) or error.status_code == 404:
        return BlobNotFoundError(
            f"{blob} is not in the store ({code})", "compare model.lock with what is published"
        )
    if isinstance(error, ClientAuthenticationError) or error.status_code in (401, 403):
        return StoreAccessError(f"the store refuses access to {blob} ({code})", RIGHTS_HINT)
    return StoreUnreachableError(f"the store failed on {blob}: {error.status_code} {code}", "try again later")


class _StorageIdentity:
    """The identity of the user, for tokens for storage alone: a challenge can name any other service."""

    def __init__(self, identity: TokenCredential, url: str) -> None:
        self._identity = identity
        self._url = url

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return a token. Raises StoreAccessError if it would be for another service than storage."""
        if scopes != (STORAGE_SCOPE,):
            message = f"{self._url} asks for a token for {', '.join(scopes)[:100]!r}, which is not storage"
            raise StoreAccessError(message, "check store.url and store.endpoint")
        return self._identity.get_token(*scopes, **options)


def _credential(settings: StoreSettings, account: str) -> Any:
    if not settings.key_file:
        if settings.endpoint.startswith("http:"):
            hint = "set store.key_file to the file of the account key, or use an https endpoint"
            raise UsageError("store.endpoint is plain http: no access token is sent over it", hint)
        from azure.identity import DefaultAzureCredential

        return _StorageIdentity(DefaultAzureCredential(), settings.url)
    try:
        key = Path(settings.key_file).read_text().strip()
        if not base64.b64decode(key, validate=True):
            raise ValueError("empty")
        return AzureNamedKeyCredential(account, key)
    except (OSError, ValueError) as error:
        hint = "write the account key into it, mode 0600, or leave store.key_file empty to use `az login`"
        raise UsageError(f"store.key_file {settings.key_file} contains no key", hint) from error
