"""The URL of a store, in its parts. What may be a credential is never part of an error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from seatrial.errors import UsageError

FORMS: Final = "az://account/container/prefix, s3://bucket/prefix or file:///path"
_ACCOUNT: Final = re.compile(r"[a-z0-9]{3,24}")
_CONTAINER: Final = re.compile(r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*|\$root")
_BLOB_HOST: Final = re.compile(r"(?P<account>[^.]+)\.(?:blob|dfs)\.", re.IGNORECASE)


@dataclass(frozen=True)
class Location:
    """Where a store is: `place` is the account (az), the bucket (s3) or empty; `path` has no outer slashes.

    The path of a directory (file) is absolute and decoded.
    """

    scheme: str
    place: str
    path: str


def parse_store_url(url: str) -> Location:
    """Return the parts of `store.url`. Raises UsageError if it has another form than FORMS."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise UsageError("store.url is not a URL", f"use {FORMS}") from None
    if "@" in parts.netloc:
        raise UsageError("store.url contains a user or a password", _credential_hint(parts.scheme))
    if parts.scheme == "file":
        return _directory(url)
    if "?" in url or "#" in url:
        shown = url.partition("?")[0].partition("#")[0]
        raise UsageError(
            f"store.url {shown!r} is followed by a query or a fragment, not shown here",
            _credential_hint(parts.scheme),
        )
    if parts.scheme in ("http", "https"):
        raise UsageError(
            f"store.url {url!r} is not the URL of a store", _azure_form(parts.hostname, parts.path)
        )
    location = Location(parts.scheme, parts.netloc, parts.path.strip("/"))
    if location.scheme == "az" and location.path:
        _check_azure_names(location)
        return location
    if location.scheme == "s3" and location.place:
        return location
    raise UsageError(f"store.url {url!r} is not the URL of a store", f"use {FORMS}")


def _directory(url: str) -> Location:
    if "?" in url or "#" in url:
        raise UsageError(f"store.url {url!r}: a path may not contain ? or #", "write %3F for ? and %23 for #")
    parts = urlsplit(url)
    if parts.netloc or not parts.path.startswith("/"):
        raise UsageError(f"store.url {url!r} is not the URL of a directory", f"use {FORMS}: an absolute path")
    return Location("file", "", unquote(parts.path))


def _credential_hint(scheme: str) -> str:
    if scheme == "s3":
        return "put credentials into the file that store.key_file names, and not into the URL"
    return (
        "a SAS is not supported: put the account key into the file that store.key_file names, "
        "or leave that empty and use `az login`. A SAS that was shown to anyone is to be revoked"
    )


def _azure_form(host: str | None, path: str) -> str:
    found = _BLOB_HOST.match(host or "")
    container = path.strip("/")
    if found and container:
        return f"use az://{found['account']}/{container}"
    return f"use {FORMS}"


def _check_azure_names(location: Location) -> None:
    if not _ACCOUNT.fullmatch(location.place):
        raise UsageError(
            f"store.url: {location.place!r} is not the name of a storage account",
            "it has 3 to 24 letters a-z and digits; its host name is not part of az://account/container",
        )
    container = location.path.partition("/")[0]
    if not _CONTAINER.fullmatch(container):
        raise UsageError(
            f"store.url: {container!r} is not the name of a container",
            "it has 3 to 63 letters a-z, digits and single hyphens",
        )
