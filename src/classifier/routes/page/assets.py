"""The files of the page, read once when the app starts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from werkzeug.exceptions import NotFound

from imagemodel.decode.budget import MAX_PIXELS

PAGE = "index.html"
# The types do not depend on the system's table, which a minimal image lacks.
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    """A file of the page, with its media type and the digest of its content."""

    data: bytes
    mimetype: str
    etag: str

    @classmethod
    def of(cls, name: str, data: bytes) -> Asset:
        """Return the file `name` with this content."""
        return cls(data, TYPES[name[name.rindex(".") :]], hashlib.sha256(data).hexdigest()[:16])


@dataclass(frozen=True)
class Assets:
    """The page, and the files that it refers to; `version` is the digest of all of these files."""

    page: str
    others: Mapping[str, Asset]
    version: str

    def file(self, name: str) -> Asset:
        """Return a file that the page refers to. Raises NotFound if there is no such file."""
        if name not in self.others:
            raise NotFound
        return self.others[name]


def load_assets() -> Assets:
    """Return the files in `static`."""
    folder = files(__package__) / "static"
    found = {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}
    page = found.pop(PAGE).decode()
    others = {name: Asset.of(name, data) for name, data in sorted(found.items())}
    listing = "".join(f"{name} {asset.etag}\n" for name, asset in others.items())
    return Assets(page, others, hashlib.sha256(listing.encode()).hexdigest()[:16])


def page_text(assets: Assets, max_bytes: int) -> str:
    """Return the page with the version of its files and the limits of a photo, in bytes and pixels."""
    values = {"version": assets.version, "max-bytes": max_bytes, "max-pixels": MAX_PIXELS}
    text = assets.page
    for name, value in values.items():
        text = text.replace(f"{{{{{name}}}}}", str(value))
    return text
