"""Copies an image between registries by their HTTP APIs; the digest stays the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from seatrial import progress
from seatrial.errors import OutsideError, RefusedError
from seatrial.image.registry import ACCEPT, Repository, digest_of, parse_manifest
from seatrial.image.registry_refusals import registry_unreachable
from seatrial.image.server_urls import absolute_url

CHUNK = 1 << 20


def copy_image(source: Repository, target: Repository, digest: str) -> int:
    """Copy the image with this manifest digest and return the number of bytes sent.

    Blobs that the target has are not sent; blobs in another repository of the same registry are mounted. The
    manifest is sent last, so that an interrupted copy is not an image; a second call resumes. Raises
    RefusedError if the source does not have the image or returns other content, OutsideError if a registry
    fails or refuses.
    """
    raw, media_type = _manifest(source, digest)
    manifest = parse_manifest(raw, digest)
    config_size = len(source.client.call("GET", f"{source.repository}/blobs/{manifest.config}").content)
    blobs = dict([*manifest.layers, (manifest.config, config_size)])
    sent = sum(_copy_blob(source, target, blob, size) for blob, size in blobs.items())
    for name in (digest, f"promoted-{digest.removeprefix('sha256:')[:12]}"):
        # Also by tag, because registries may delete untagged manifests.
        path = f"{target.repository}/manifests/{name}"
        headers = {"Content-Type": media_type}
        _require_found(target.client.call("PUT", path, data=raw, headers=headers), target, path)
    if _manifest(target, digest)[0] != raw:
        raise RefusedError(f"{target.reference(digest)} is not what was sent", "check that registry")
    return sent


def cancel_upload(opened: requests.Response, target: Repository) -> None:
    """Cancel the upload that `opened` has started. Raises OutsideError if the registry fails or refuses."""
    target.client.call("DELETE", _upload_path(opened, target))


def _manifest(repository: Repository, digest: str) -> tuple[bytes, str]:
    path = f"{repository.repository}/manifests/{digest}"
    response = repository.client.call("GET", path, headers={"Accept": ACCEPT})
    if response.status_code == 404 or digest_of(response.content) != digest:
        raise RefusedError(
            f"there is no image {repository.reference(digest)}", "make history lists the images in use"
        )
    return response.content, response.headers.get("Content-Type", "")


def _copy_blob(source: Repository, target: Repository, digest: str, size: int) -> int:
    if target.client.call("HEAD", f"{target.repository}/blobs/{digest}").status_code == 200:
        return 0
    uploads = f"{target.repository}/blobs/uploads/"
    same_registry = source.client.registry.address == target.client.registry.address
    mount = {"mount": digest, "from": source.repository} if same_registry else {}
    opened = target.client.call("POST", uploads, params=mount)
    if opened.status_code == 201:
        return 0
    location = _upload_path(_require_found(opened, target, uploads), target)
    with progress.transfer(digest[:19], size) as advance:
        body = _BlobStream(source, digest, size, advance)
        headers = {"Content-Type": "application/octet-stream"}
        patched = target.client.call("PATCH", location, data=body, headers=headers)
    location = _upload_path(_require_found(patched, target, uploads), target)
    _require_found(target.client.call("PUT", location, params={"digest": digest}), target, uploads)
    return size


def put_blob(target: Repository, content: bytes) -> None:
    """Send a small blob, unless the target has it. Raises OutsideError if the registry fails or refuses."""
    digest = digest_of(content)
    if target.client.call("HEAD", f"{target.repository}/blobs/{digest}").status_code == 200:
        return
    uploads = f"{target.repository}/blobs/uploads/"
    opened = _require_found(target.client.call("POST", uploads), target, uploads)
    headers = {"Content-Type": "application/octet-stream"}
    options = {"params": {"digest": digest}, "data": content, "headers": headers}
    sent = target.client.call("PUT", _upload_path(opened, target), **options)
    _require_found(sent, target, uploads)


@dataclass(frozen=True)
class _BlobStream:
    """The content of a blob as a request body: its length is known, and it is hashed as it is sent."""

    source: Repository
    digest: str
    size: int
    advance: progress.Advance

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[bytes]:
        path = f"{self.source.repository}/blobs/{self.digest}"
        blob = self.source.client.call("GET", path, stream=True, size=self.size)
        response = _require_found(blob, self.source, path)
        received, count = hashlib.sha256(), 0
        try:
            for piece in response.iter_content(CHUNK):
                received.update(piece)
                count += len(piece)
                if count > self.size:
                    break
                self.advance(len(piece))
                yield piece
        except requests.RequestException as error:
            raise registry_unreachable(self.source.client.registry.address, error) from error
        finally:
            response.close()
        # Raised inside the upload, so that the target never gets a complete blob.
        if (count, f"sha256:{received.hexdigest()}") != (self.size, self.digest):
            message = f"the content of {self.source.reference(self.digest)} does not match its digest"
            raise RefusedError(message, "check that registry")


def _require_found(response: requests.Response, repository: Repository, path: str) -> requests.Response:
    if response.status_code == 404:
        raise OutsideError(f"{repository.client.registry.address} has no {path}", "push again, then promote")
    return response


def _upload_path(response: requests.Response, repository: Repository) -> str:
    base, location = repository.client.base, response.headers.get("Location", "")
    url = absolute_url(base, location)
    # The upload carries the credentials, so it must not go to another host.
    if not location or urlsplit(url)[:2] != urlsplit(base)[:2] or not url.startswith(base):
        raise OutsideError(
            f"{repository.client.registry.address} returned an upload URL outside of its API",
            "check registry.address",
        )
    return url.removeprefix(base)
