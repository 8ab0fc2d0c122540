"""Where credentials for a registry are sent, whatever the registry answers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from seatrial.errors import OutsideError, SeatrialError
from seatrial.image.credentials import Credentials
from seatrial.image.registry import RegistryClient, Repository, digest_of
from seatrial.image.registry_copy import copy_image
from seatrial.retention.references import References
from seatrial.retention.registry_images import list_registry_images
from seatrial.settings import Registry
from unit.seatrial.image.scripted_registry import (
    BLOB,
    MANIFEST,
    Response,
    challenge,
    receivers,
    row,
    scripted,
)

LOGINS = (Credentials("user", "the-password"), Credentials("user", token="the-identity"))
# The third has its token service on a host of its own, as Docker Hub; the last has a configured one.
REGISTRIES = (
    Registry(address="registry.test"),
    Registry(address="127.0.0.1:5000", insecure=True),
    Registry(address="registry-1.docker.io"),
    Registry(address="registry.test:8443", token_host="auth.test"),
)
ALLOWED = {
    "registry.test": {("https", "registry.test")},
    "127.0.0.1:5000": {("http", "127.0.0.1:5000"), ("https", "127.0.0.1")},
    "registry-1.docker.io": {("https", "registry-1.docker.io"), ("https", "auth.docker.io")},
    "registry.test:8443": {("https", "registry.test"), ("https", "auth.test")},
}
PIECES = (
    *(
        "https://",
        "http://",
        "HTTPS://",
        "//",
        "ftp://",
        "/",
        "/v2/",
        "/token",
        "?q=",
        "#",
        "@",
        "\\",
        ":",
        ".",
        "%2f",
    ),
    *("registry.test", "127.0.0.1", "registry-1.docker.io", "auth.docker.io", "auth.test", "evil.test"),
    *("user:word@", ":5000", ":443", ":8443", ":99999", "[", "[::1]", " ", "\t", "é", "。", "．", "x" * 64),
)
URLS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=7).map("".join),
    st.builds("{}{}{}/token".format, *(st.sampled_from(PIECES) for _ in range(3))),
    st.text(max_size=20),
)


ROWS = st.one_of(
    st.builds(challenge, URLS),
    st.builds(
        row,
        st.sampled_from([200, 201, 202, 301, 302, 303, 307, 308, 404]),
        URLS,
        st.sampled_from([MANIFEST, BLOB, b'{"token": "the-bearer"}', b'{"tags": ["a"]}']),
    ),
)
CALLS: tuple[Callable[[RegistryClient], object], ...] = (
    lambda client: client.manifest("app", "tag"),
    lambda client: client.call("GET", f"app/blobs/{digest_of(BLOB)}"),
    lambda client: client.call("DELETE", "app/manifests/sha256:0"),
    lambda client: copy_image(Repository(client, "app"), Repository(client, "copy"), digest_of(MANIFEST)),
    lambda client: list_registry_images(client, "app", References()),
)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(REGISTRIES), st.sampled_from(LOGINS), st.sampled_from(CALLS), st.lists(ROWS, max_size=6)
)
@example(REGISTRIES[0], LOGINS[0], CALLS[0], [challenge("http://evil.test/token")])
@example(REGISTRIES[0], LOGINS[0], CALLS[0], [challenge("https://evil.test\\@registry.test/token")])
@example(REGISTRIES[1], LOGINS[0], CALLS[0], [challenge("http://127.0.0.1:6000/token")])
@example(
    REGISTRIES[0],
    LOGINS[1],
    CALLS[0],
    [challenge("https://registry.test/token"), row(307, "https://evil.test/", b"")],
)
@example(REGISTRIES[0], LOGINS[0], CALLS[-1], [row(200, "A://[", b'{"tags": []}')])
def test_credentials_are_sent_to_the_registry_and_its_token_service_only(
    registry: Registry,
    login: Credentials,
    call: Callable[[RegistryClient], object],
    script: list[Response],
) -> None:
    """No challenge, redirect, upload URL or link to a page makes the client send a credential elsewhere."""
    client, network = scripted(registry, login, script)
    with suppress(SeatrialError):
        call(client)
    assert receivers(network) <= ALLOWED[registry.address]


@pytest.mark.parametrize(
    ("registry", "realm"),
    [
        (REGISTRIES[0], "https://registry.test/oauth2/token"),
        (REGISTRIES[1], "http://127.0.0.1:5000/token"),
        (REGISTRIES[2], "https://auth.docker.io/token"),
        (REGISTRIES[3], "https://auth.test/token"),
        (Registry(address="registry.gitlab.com"), "https://gitlab.com/jwt/auth"),
    ],
)
@pytest.mark.parametrize("login", LOGINS)
def test_a_token_service_gets_the_credentials(registry: Registry, realm: str, login: Credentials) -> None:
    """A realm on the registry's host, a known one or the configured one is asked for a token."""
    script = [challenge(realm), row(200, "", b'{"token": "the-bearer"}'), row(200, "", MANIFEST)]
    client, network = scripted(registry, login, script)
    assert client.manifest("app", "tag")
    assert [str(sent.url).partition("?")[0] for sent in network.requests][1] == realm
    assert network.requests[2].headers["Authorization"] == "Bearer the-bearer"


@pytest.mark.parametrize(
    "realm",
    [
        "http://registry.test/token",
        "https://evil.test/token",
        "https://registry.test.evil.test/",
        "",
        "token",
    ],
)
def test_another_realm_is_refused(realm: str) -> None:
    """The error is one line that names the realm and the setting, and no request is sent there."""
    client, network = scripted(REGISTRIES[0], LOGINS[0], [challenge(realm)])
    with pytest.raises(OutsideError, match="asks for the credentials at") as caught:
        client.manifest("app", "tag")
    assert repr(realm) in caught.value.message
    assert "registry.token_host" in caught.value.hint
    assert len(network.requests) == 1


def test_a_download_is_redirected_without_credentials() -> None:
    """A blob is read from the storage that the registry names, without its credentials."""
    script = [row(307, "https://storage.test/blob?sig=1", b""), row(200, "", BLOB)]
    client, network = scripted(REGISTRIES[0], LOGINS[0], script)
    assert client.config("app", digest_of(BLOB)) == {}
    assert [sent.url for sent in network.requests][1] == "https://storage.test/blob?sig=1"
    assert receivers(network) == {("https", "registry.test")}


@pytest.mark.parametrize(
    "location", ["http://storage.test/blob", "http://registry.test/blob", "ftp://x", "http://["]
)
def test_a_redirect_to_plain_http_is_refused(location: str) -> None:
    """A download is not continued without encryption."""
    client, network = scripted(REGISTRIES[0], LOGINS[0], [row(307, location, b"")])
    with pytest.raises(OutsideError, match="a redirect that is not followed"):
        client.config("app", digest_of(BLOB))
    assert len(network.requests) == 1


def test_redirects_without_end_are_refused() -> None:
    """A registry that always redirects ends in one line."""
    client, network = scripted(REGISTRIES[0], LOGINS[0], [row(307, "/again", b"") for _ in range(50)])
    with pytest.raises(OutsideError, match="over 5 redirects"):
        client.config("app", digest_of(BLOB))
    assert len(network.requests) == 6
