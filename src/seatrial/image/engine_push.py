"""A push by the engine; its progress stream is checked for errors, because docker-py raises none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seatrial.errors import OutsideError
from seatrial.image.docker_client import engine_error, engine_errors
from seatrial.image.registry import RegistryClient
from seatrial.image.registry_refusals import find_cause, refused
from seatrial.image_reference import ImageReference
from seatrial.runtime import SYSTEM, Runtime

PUSH_SECONDS = 600


def push_image(client: Any, reference: ImageReference, registry: RegistryClient) -> frozenset[str]:
    """Push the tag `reference` and return the layers that were sent, as short digests of the engine.

    Raises OutsideError if the registry refuses the credentials or the push, does not answer, or the push
    takes longer than ten minutes.
    """
    options = {"auth_config": registry.credentials.auth_config, "stream": True, "decode": True}
    with engine_errors(f"pushing to {reference.registry}"):
        stream = client.api.push(reference.name, tag=reference.tag, **options)
        return read_push_stream(stream, reference.registry)


def read_push_stream(
    lines: Iterable[Mapping[str, Any]], address: str, runtime: Runtime = SYSTEM
) -> frozenset[str]:
    """Return the layers that the engine reports as pushed. Raises OutsideError for the first error."""
    deadline = runtime.monotonic() + PUSH_SECONDS
    pushed = set()
    for line in lines:
        if "error" in line:
            raise _failure(str(line["error"]), address)
        if line.get("status") == "Pushed":
            pushed.add(str(line.get("id", "")).removeprefix("sha256:")[:12])
        if runtime.monotonic() > deadline:
            raise OutsideError(f"the push to {address} took over {PUSH_SECONDS} s", "push again: it resumes")
    return frozenset(pushed)


def _failure(text: str, address: str) -> OutsideError:
    cause = find_cause(text)
    return refused(address, cause) if cause else engine_error(f"pushing to {address}", text)
