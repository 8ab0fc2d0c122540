"""What a store may ask for: neither a token for another service nor a request to another host."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import azure.identity
import pytest
from azure.core.credentials import AccessToken

from seatrial.settings import Store as StoreSettings
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import StoreAccessError, StoreUnreachableError
from slow_server import SlowResponse, slow_server, write_certificate

# See `_collected`.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

URL = "az://account/container/prefix"


def response(status: str, header: str) -> SlowResponse:
    """Return a response with a header, and one byte of body."""
    head = f"HTTP/1.1 {status}\r\n{header}\r\nContent-Length: 1\r\nConnection: close\r\n\r\n"
    return SlowResponse(status, head.encode(), b"x")


def test_no_token_for_another_service_is_requested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that challenges with another resource gets no token for it."""
    scopes_used: list[str] = []

    class Identity:
        """Replaces DefaultAzureCredential, which needs the token service of Azure."""

        def __init__(self, **_: object) -> None:
            """Take the choice of credentials."""

        def get_token(self, *scopes: str, **_: object) -> AccessToken:
            """Return a token."""
            scopes_used.extend(scopes)
            return AccessToken("a-token", int(time.time()) + 3600)

    monkeypatch.setattr(azure.identity, "DefaultAzureCredential", Identity)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(write_certificate(tmp_path / "server.pem")))
    login = "authorization_uri=https://login.microsoftonline.com/tenant/oauth2/authorize"
    asked = f"WWW-Authenticate: Bearer {login} resource_id=https://management.azure.com"
    with slow_server(response("401 Unauthorized", asked), tmp_path / "server.pem") as server:
        store = open_store(StoreSettings(url=URL, endpoint=f"https://127.0.0.1:{server.port}/account"))
        with pytest.raises(StoreAccessError, match=r"asks for a token for 'https://management\.azure\.com"):
            store.read("key")
    assert scopes_used == ["https://storage.azure.com/.default"]


def test_a_response_that_is_not_of_azure_is_an_error(tmp_path: Path) -> None:
    """Another kind of server at the endpoint ends in one line."""
    (tmp_path / "key").write_text(base64.b64encode(b"not-a-secret").decode())
    with slow_server(response("200 OK", "Content-Type: text/html")) as server:
        endpoint = f"http://127.0.0.1:{server.port}/account"
        store = open_store(StoreSettings(url=URL, endpoint=endpoint, key_file=str(tmp_path / "key")))
        with pytest.raises(StoreUnreachableError, match="does not answer"):
            store.read("key")


@pytest.mark.parametrize("kind", ["az", "s3"])
def test_a_store_is_not_followed_to_another_host(kind: str, tmp_path: Path) -> None:
    """A redirect is an error of the store; the host that it names gets no request."""
    key = tmp_path / "key"
    if kind == "s3":
        key.write_text("[default]\naws_access_key_id = tester\naws_secret_access_key = not-a-secret\n")
    else:
        key.write_text(base64.b64encode(b"not-a-secret").decode())
    with slow_server(response("200 OK", "ETag: x")) as other:
        location = f"Location: http://127.0.0.1:{other.port}/account/container/prefix/key"
        with slow_server(response("307 Temporary Redirect", location)) as server:
            endpoint = f"http://127.0.0.1:{server.port}/account"
            url = URL.replace("az:", f"{kind}:")
            store = open_store(StoreSettings(url=url, endpoint=endpoint, key_file=str(key)))
            with pytest.raises(StoreUnreachableError, match=r": 307|does not answer"):
                store.read("key")
        assert other.requests == 0
