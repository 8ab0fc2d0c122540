"""Images from registries, and the references of images in the engine."""

from __future__ import annotations

from contextlib import closing
from threading import Lock

import docker
from docker.errors import APIError, DockerException, ImageNotFound
from requests.exceptions import RequestException

from localcloud.errors import LocalcloudError

PROBE_SECONDS = 6
PULL_SECONDS = 900
_available: dict[tuple[str, str], bool] = {}
_lock = Lock()


def is_available(host: str, reference: str) -> bool:
    """Return whether the engine finds the image in its registry within 6 s; the result is cached."""
    with _lock:
        if (host, reference) not in _available:
            _available[host, reference] = _probe(host, reference)
        return _available[host, reference]


def _probe(host: str, reference: str) -> bool:
    with closing(docker.DockerClient(base_url=host, timeout=PROBE_SECONDS)) as client:
        try:
            client.images.get_registry_data(reference)
        except (DockerException, RequestException):
            return False
    return True


def local_reference(host: str, reference: str) -> str:
    """Return the reference of an image in the engine, with its digest if it has one, or an empty string."""
    with closing(docker.DockerClient(base_url=host)) as client:
        try:
            image = client.images.get(reference)
        except ImageNotFound:
            return ""
        digests = image.attrs.get("RepoDigests") or []
        if not digests or "@" in reference:
            return reference
        return f"{reference}@{digests[0].partition('@')[2]}"


def pull(host: str, reference: str) -> None:
    """Pull an image; raise LocalcloudError if the registry or the engine reports an error."""
    with closing(docker.DockerClient(base_url=host, timeout=PULL_SECONDS)) as client:
        try:
            for line in client.api.pull(reference, stream=True, decode=True):
                if "error" in line:
                    raise _pull_error(reference, line["error"])
        except (APIError, RequestException) as error:
            raise _pull_error(reference, error) from error


def _pull_error(reference: str, reason: object) -> LocalcloudError:
    return LocalcloudError(f"Pulling {reference} failed: {reason}", "try again")
