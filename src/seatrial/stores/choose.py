"""Chooses the class of a store by the scheme of its URL."""

from __future__ import annotations

from urllib.parse import urlsplit

from seatrial.errors import UsageError
from seatrial.settings import Store as StoreSettings
from seatrial.stores.protocol import BlobStore
from seatrial.stores.timed import TimedStore

FORMS = "az://account/container/prefix, s3://bucket/prefix or file:///path"


def open_store(settings: StoreSettings) -> BlobStore:
    """Return the store at `store.url`, with a deadline for each call; sends no request.

    Raises UsageError if the URL is missing or of no known form, or the key file cannot be read.
    """
    return TimedStore(_store(settings), settings.timeout_seconds)


def _store(settings: StoreSettings) -> BlobStore:
    if not settings.url:
        raise UsageError(
            "store.url is not set", f"make up, or set it to {FORMS}: SEATRIAL_STORE__URL, STORE= with make"
        )
    try:
        parts = urlsplit(settings.url)
    except ValueError:
        parts = urlsplit("")
    location = (parts.netloc, parts.path.strip("/"))
    if parts.scheme == "az" and all(location):
        return _azure(settings, *location)
    if parts.scheme == "s3" and parts.netloc:
        return _s3(settings, *location)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        from seatrial.stores.directory import DirectoryStore

        return DirectoryStore(settings)
    raise UsageError(f"store.url {settings.url!r} is not the URL of a store", f"use {FORMS}")


# The SDKs are imported on use: each takes a good part of a second.
def _azure(settings: StoreSettings, account: str, path: str) -> BlobStore:
    from seatrial.stores.azure import AzureStore

    container, _, prefix = path.partition("/")
    return AzureStore(settings, account, container, prefix)


def _s3(settings: StoreSettings, bucket: str, prefix: str) -> BlobStore:
    from seatrial.stores.s3 import S3Store

    return S3Store(settings, bucket, prefix)
