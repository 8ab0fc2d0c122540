"""The progress stream of a push by the engine."""

from __future__ import annotations

import pytest

from seatrial.errors import OutsideError
from seatrial.image.engine_push import read_push_stream

STREAM = [
    {"status": "The push refers to repository [registry.test/app]"},
    {"id": "aaaaaaaaaaaa", "status": "Preparing"},
    {"id": "aaaaaaaaaaaa", "status": "Pushed"},
    {"id": "bbbbbbbbbbbb", "status": "Layer already exists"},
    {"id": "cccccccccccc", "status": "Mounted from other"},
    {"status": "tag: digest: sha256:1 size: 1"},
]
ERRORS = [
    ("unauthorized: authentication required", "refuses these credentials", "docker login"),
    ("denied: requested access to the resource is denied", "refuses these credentials", "docker login"),
    ("no basic auth credentials", "refuses these credentials", "docker login"),
    ("dial tcp 127.0.0.9:1: connect: connection refused", "does not answer", "make status"),
    ("Get https://registry.test/v2/: lookup registry.test: no such host", "does not answer", "make status"),
    ("write /var/lib/registry: no space left on device", "disk of the registry .* is full", "free some"),
    ("received unexpected HTTP status: 500", "pushing to registry.test failed", "above"),
]


def test_only_pushed_layers_count() -> None:
    """Layers that the registry had, or mounted from another repository, were not sent."""
    assert read_push_stream(STREAM, "registry.test") == {"aaaaaaaaaaaa"}


@pytest.mark.parametrize(("line", "message", "hint"), ERRORS)
def test_an_error_line_is_raised(line: str, message: str, hint: str) -> None:
    """An error in the stream becomes an OutsideError with a hint."""
    with pytest.raises(OutsideError, match=message) as error:
        read_push_stream([*STREAM, {"errorDetail": {"message": line}, "error": line}], "registry.test")
    assert hint in error.value.hint
