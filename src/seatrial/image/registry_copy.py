"""One image from a registry to another, byte by byte over their HTTP APIs: the same digest arrives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests

from seatrial import progress
from seatrial.errors import OutsideError, RefusedError
from seatrial.image.registry import ACCEPT, RegistryClient, digest_of, parse_manifest, unreachable

CHUNK = 1 << 20


@dataclass(frozen=True)
class Place:
    """A repository of a registry."""

    client: RegistryClient
    repository: str

    def reference(self, digest: str) -> str:
        """Return how an image of it is named by digest."""
        return f"{self.client.registry.address}/{self.repository}@{digest}"


def copy_image(source: Place, target: Place, digest: str) -> int:
    """Copy the image with this manifest digest, and return how many bytes had to be sent.

    What the target has is not sent; what its registry has in another repository is mounted. The
    manifest goes last, so that an interrupted copy is no image; again, it goes on. Raises
    RefusedError when the source has no such image or gives other bytes, OutsideError when either
    registry does not answer or refuses.
    """
    raw, media_type = _manifest(source, digest)
    manifest = parse_manifest(raw, digest)
    config = len(source.client.call("GET", f"{source.repository}/blobs/{manifest.config}").content)
    blobs = dict([*manifest.layers, (manifest.config, config)])
    sent = sum(_blob(source, target, blob, size) for blob, size in blobs.items())
    for name in (digest, f"promoted-{digest.removeprefix('sha256:')[:12]}"):
        # By a tag too: registries throw away what no tag names.
        path = f"{target.repository}/manifests/{name}"
        _must(target.client.call("PUT", path, data=raw, headers={"Content-Type": media_type}), target, path)
    if _manifest(target, digest)[0] != raw:
        raise RefusedError(f"{target.reference(digest)} is not what was sent", "look into that registry")
    return sent


def _manifest(place: Place, digest: str) -> tuple[bytes, str]:
    path = f"{place.repository}/manifests/{digest}"
    answer = place.client.call("GET", path, headers={"Accept": ACCEPT})
    if answer.status_code == 404 or digest_of(answer.content) != digest:
        raise RefusedError(f"there is no image {place.reference(digest)}", "make history says what there is")
    return answer.content, answer.headers.get("Content-Type", "")


def _blob(source: Place, target: Place, digest: str, size: int) -> int:
    if target.client.call("HEAD", f"{target.repository}/blobs/{digest}").status_code == 200:
        return 0
    begin = f"{target.repository}/blobs/uploads/"
    same = source.client.registry.address == target.client.registry.address
    mount = {"mount": digest, "from": source.repository} if same else {}
    opened = target.client.call("POST", begin, params=mount)
    if opened.status_code == 201:
        return 0
    location = _location(_must(opened, target, begin), target)
    with progress.transfer(digest[:19], size) as advance:
        headers = {"Content-Type": "application/octet-stream"}
        patched = target.client.call("PATCH", location, data=_Stream(source, digest, size), headers=headers)
        advance(size)
    location = _location(_must(patched, target, begin), target)
    _must(target.client.call("PUT", location, params={"digest": digest}), target, begin)
    return size


@dataclass(frozen=True)
class _Stream:
    """A blob on its way: its size known beforehand, and hashed while it passes."""

    source: Place
    digest: str
    size: int

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[bytes]:
        path = f"{self.source.repository}/blobs/{self.digest}"
        answer = _must(self.source.client.call("GET", path, stream=True), self.source, path)
        seen, count = hashlib.sha256(), 0
        try:
            for piece in answer.iter_content(CHUNK):
                seen.update(piece)
                count += len(piece)
                if count <= self.size:
                    yield piece
        except requests.RequestException as error:
            raise unreachable(self.source.client.registry.address) from error
        # Raised inside the upload, which is cut off by it.
        if (count, f"sha256:{seen.hexdigest()}") != (self.size, self.digest):
            what = f"{self.source.reference(self.digest)} came with other bytes"
            raise RefusedError(what, "look into that registry")


def _must(answer: requests.Response, place: Place, path: str) -> requests.Response:
    if answer.status_code == 404:
        raise OutsideError(f"{place.client.registry.address} has no {path}", "push again, then promote")
    return answer


def _location(answer: requests.Response, place: Place) -> str:
    base, told = place.client.base, answer.headers.get("Location", "")
    url = urljoin(base, told)
    # What is sent there carries our credentials.
    if not told or urlsplit(url)[:2] != urlsplit(base)[:2] or not url.startswith(base):
        raise OutsideError(f"{place.client.registry.address} names no place of its own for an upload")
    return url.removeprefix(base)
