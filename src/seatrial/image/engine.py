"""The Docker engine: reach it, and say in one line why it failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import docker
import requests
from docker.errors import DockerException, ImageNotFound

from seatrial.errors import OutsideError, UsageError

REQUEST_SECONDS = 120
NO_ENGINE = "start Docker, or let `make cloud` install and start it"
# What engines and builders print, and what it means to whoever reads it.
CAUSES = (
    (
        "no space left on device",
        "the engine's disk is full",
        "free some: docker system df, docker system prune",
    ),
    ("cannot connect to the docker daemon", "the Docker engine does not answer", NO_ENGINE),
    ("connection aborted", "the Docker engine does not answer", NO_ENGINE),
    ("error while fetching server api version", "the Docker engine does not answer", NO_ENGINE),
    ("permission denied", "the Docker engine refuses this user", "add the user to the group docker"),
)


def connect() -> Any:
    """Return a client of the engine that `DOCKER_HOST` or the usual socket names, once it has answered.

    Raises OutsideError when there is none, or it refuses this user.
    """
    with failures("reaching Docker"):
        client = docker.from_env(timeout=REQUEST_SECONDS)
        client.ping()
        return client


@contextmanager
def failures(doing: str) -> Iterator[None]:
    """Turn whatever the engine or its client raises into an OutsideError that says what it was doing."""
    try:
        yield
    except (DockerException, requests.RequestException) as error:
        raise explain(doing, str(error)) from error


def explain(doing: str, log: str) -> OutsideError:
    """Return the error for what an engine or a builder printed, its end attached."""
    end = "\n".join(log.strip().splitlines()[-30:])
    for sign, what, cure in CAUSES:
        if sign in log.lower():
            return OutsideError(f"{what} ({doing})", cure)
    return OutsideError(f"{doing} failed", "the lines above say why", log=end)


def find_image(client: Any, image: str) -> Any:
    """Return the engine's image; UsageError when the engine does not have it."""
    with failures("looking for the image"):
        try:
            return client.images.get(image)
        except ImageNotFound as error:
            raise UsageError(f"the engine has no image {image}", "run `make build` here") from error
