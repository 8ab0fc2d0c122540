"""The one place that knows which stores there are."""

from __future__ import annotations

from urllib.parse import urlsplit

from seatrial.errors import UsageError
from seatrial.settings import Store as StoreSettings
from seatrial.stores.protocol import Store
from seatrial.stores.timed import TimedStore

FORMS = "az://account/container/prefix, s3://bucket/prefix or file:///path"


def open_store(settings: StoreSettings) -> Store:
    """Return the store that `store.url` names, with its deadline; nothing is asked of it yet.

    Raises UsageError when the URL is missing or of no known form, or the key file cannot be read.
    """
    return TimedStore(_store(settings), settings.timeout_seconds)


def _store(settings: StoreSettings) -> Store:
    if not settings.url:
        raise UsageError("store.url is not set", f"run `make up`, or give STORE={FORMS}")
    parts = urlsplit(settings.url)
    where = (parts.netloc, parts.path.strip("/"))
    if parts.scheme == "az" and all(where):
        return _azure(settings, *where)
    if parts.scheme == "s3" and parts.netloc:
        return _s3(settings, *where)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        from seatrial.stores.directory import DirectoryStore

        return DirectoryStore(settings)
    raise UsageError(f"store.url {settings.url!r} names no store", f"give {FORMS}")


def _azure(settings: StoreSettings, account: str, path: str) -> Store:
    from seatrial.stores.azure import AzureStore

    container, _, prefix = path.partition("/")
    return AzureStore(settings, account, container, prefix)


def _s3(settings: StoreSettings, bucket: str, prefix: str) -> Store:
    from seatrial.stores.s3 import S3Store

    return S3Store(settings, bucket, prefix)
