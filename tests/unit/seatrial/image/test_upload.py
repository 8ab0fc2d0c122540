"""The engine's answer to a push, line by line."""

from __future__ import annotations

import pytest

from seatrial.errors import OutsideError
from seatrial.image.upload import read_answer

GOOD = [
    {"status": "The push refers to repository [registry.test/app]"},
    {"id": "aaaaaaaaaaaa", "status": "Preparing"},
    {"id": "aaaaaaaaaaaa", "status": "Pushed"},
    {"id": "bbbbbbbbbbbb", "status": "Layer already exists"},
    {"id": "cccccccccccc", "status": "Mounted from other"},
    {"status": "tag: digest: sha256:1 size: 1"},
]
REFUSALS = [
    ("unauthorized: authentication required", "refuses these credentials", "docker login"),
    ("denied: requested access to the resource is denied", "refuses these credentials", "docker login"),
    ("no basic auth credentials", "refuses these credentials", "docker login"),
    ("dial tcp 127.0.0.9:1: connect: connection refused", "does not answer", "make status"),
    ("Get https://registry.test/v2/: lookup registry.test: no such host", "does not answer", "make status"),
    ("write /var/lib/registry: no space left on device", "disk of the registry .* is full", "free some"),
    ("received unexpected HTTP status: 500", "pushing to registry.test failed", "above"),
]


def test_only_what_was_sent_counts() -> None:
    """Layers that the registry had, or had elsewhere, were not sent."""
    assert read_answer(GOOD, "registry.test") == {"aaaaaaaaaaaa"}


@pytest.mark.parametrize(("said", "told", "cure"), REFUSALS)
def test_error_in_the_stream_is_an_error(said: str, told: str, cure: str) -> None:
    """docker-py raises nothing: an error line in the middle ends the push, with its cure."""
    with pytest.raises(OutsideError, match=told) as error:
        read_answer([*GOOD, {"errorDetail": {"message": said}, "error": said}], "registry.test")
    assert cure in error.value.hint
