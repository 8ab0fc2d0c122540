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
    (
        "Get https://registry.test/v2/: lookup registry.test: no such host",
        "DNS does not know",
        "check registry.address",
    ),
    ("write /var/lib/registry: no space left on device", "registry .* has no disk space left", "free some"),
    ("toomanyrequests: You have reached your pull rate limit", "limits the number", "docker login"),
    (
        "denied: client with IP '1.2.3.4' is not allowed access. Refer https://x/firewall",
        "firewall",
        "network",
    ),
    ("name unknown: The repository with name 'classifier' does not exist", "no such repository", "create"),
    ("denied: adding 1 GiB of storage resource will exceed the configured upper limit", "quota", "quota"),
    (
        "tag invalid: The image tag 'x' cannot be overwritten because the tag is immutable",
        "immutable",
        "build",
    ),
    (
        'Get "https://registry.test/v2/": x509: certificate signed by unknown authority',
        "certificate that the Docker engine",
        "/etc/docker/certs.d/registry.test/ca.crt",
    ),
    (
        "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time "
        "2026-11-26T10:08:34Z is after 2026-11-21T10:08:34Z",
        "not valid now",
        "clock",
    ),
    ("x509: certificate is valid for other.test, not registry.test", "another host name", "registry.address"),
    ("tls: first record does not look like a TLS handshake", "does not use TLS", '"registry.test"'),
    ("http: server gave HTTP response to HTTPS client", "does not use TLS", "insecure-registries"),
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
