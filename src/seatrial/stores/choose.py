"""Chooses the class of a store by the scheme of its URL."""

from __future__ import annotations

from seatrial.errors import UsageError
from seatrial.settings import Store as StoreSettings
from seatrial.stores.location import FORMS, parse_store_url
from seatrial.stores.protocol import BlobStore
from seatrial.stores.timed import TimedStore


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
    location = parse_store_url(settings.url)
    if location.scheme == "az":
        return _azure(settings, location.place, location.path)
    if location.scheme == "s3":
        return _s3(settings, location.place, location.path)
    from seatrial.stores.directory import DirectoryStore

    return DirectoryStore(settings)


# The SDKs are imported on use: each takes a good part of a second.
def _azure(settings: StoreSettings, account: str, path: str) -> BlobStore:
    from seatrial.stores.azure import AzureStore

    container, _, prefix = path.partition("/")
    return AzureStore(settings, account, container, prefix)


def _s3(settings: StoreSettings, bucket: str, prefix: str) -> BlobStore:
    from seatrial.stores.s3 import S3Store

    return S3Store(settings, bucket, prefix)
