"""A client of the Docker engine, and one-line errors for its failures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import docker
import requests
from docker.errors import DockerException, ImageNotFound

from seatrial.errors import OutsideError, UsageError

REQUEST_SECONDS = 120
NO_ENGINE = "start Docker, or run `make cloud`, which installs and starts it"
# Text in the output of an engine or a builder, with the message and the hint for it.
CAUSES = (
    (
        "no space left on device",
        "the disk of the engine is full",
        "free some space: docker system df, docker system prune",
    ),
    ("cannot connect to the docker daemon", "the Docker engine does not answer", NO_ENGINE),
    ("connection aborted", "the Docker engine does not answer", NO_ENGINE),
    ("error while fetching server api version", "the Docker engine does not answer", NO_ENGINE),
    ("permission denied", "the Docker engine refuses this user", "add the user to the group docker"),
)


def connect() -> Any:
    """Return a client of the engine at DOCKER_HOST or the default socket, after a successful ping.

    Raises OutsideError if the engine is unreachable or refuses this user.
    """
    with engine_errors("connecting to Docker"):
        client = docker.from_env(timeout=REQUEST_SECONDS)
        client.ping()
        return client


@contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Turn every error of the engine and its client into an OutsideError that names the operation."""
    try:
        yield
    except (DockerException, requests.RequestException) as error:
        raise engine_error(doing, str(error)) from error


def engine_error(doing: str, log: str) -> OutsideError:
    """Return the error for the output of an engine or a builder, with its last lines as log."""
    end = "\n".join(log.strip().splitlines()[-30:])
    for sign, message, hint in CAUSES:
        if sign in log.lower():
            return OutsideError(f"{message} ({doing})", hint)
    return OutsideError(f"{doing} failed", "see the lines above", log=end)


def find_image(client: Any, image_id: str) -> Any:
    """Return the image from the engine. Raises UsageError if the engine does not have it."""
    with engine_errors("inspecting the image"):
        try:
            return client.images.get(image_id)
        except ImageNotFound as error:
            raise UsageError(f"the engine has no image {image_id}", "run `make build` here") from error
