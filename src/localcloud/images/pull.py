"""Images that come from a registry, where one can be reached: asked with a short deadline."""

from __future__ import annotations

from contextlib import closing
from threading import Lock

import docker
from docker.errors import APIError, DockerException, ImageNotFound
from requests.exceptions import RequestException

from localcloud.errors import LocalcloudError

PROBE_SECONDS = 6
PULL_SECONDS = 900
_known: dict[tuple[str, str], bool] = {}
_asking = Lock()


def reachable(host: str, reference: str) -> bool:
    """Say whether the engine itself finds the image in its registry, within 6 s; asked once."""
    with _asking:
        if (host, reference) not in _known:
            _known[host, reference] = _probe(host, reference)
        return _known[host, reference]


def _probe(host: str, reference: str) -> bool:
    with closing(docker.DockerClient(base_url=host, timeout=PROBE_SECONDS)) as client:
        try:
            client.images.get_registry_data(reference)
        except (DockerException, RequestException):
            return False
    return True


def identity(host: str, reference: str) -> str:
    """Return the reference with the digest of what the engine has under it, or nothing where it has none."""
    with closing(docker.DockerClient(base_url=host)) as client:
        try:
            image = client.images.get(reference)
        except ImageNotFound:
            return ""
        digests = image.attrs.get("RepoDigests") or []
        return (
            f"{reference}@{digests[0].partition('@')[2]}" if digests and "@" not in reference else reference
        )


def pull(host: str, reference: str) -> None:
    """Pull an image. Raises LocalcloudError where the registry that answered the probe then fails."""
    with closing(docker.DockerClient(base_url=host, timeout=PULL_SECONDS)) as client:
        try:
            for line in client.api.pull(reference, stream=True, decode=True):
                if "error" in line:
                    raise LocalcloudError(
                        f"{reference} could not be pulled: {line['error']}", "run the same again"
                    )
        except (APIError, RequestException) as error:
            raise LocalcloudError(
                f"{reference} could not be pulled: {error}", "run the same again"
            ) from error
