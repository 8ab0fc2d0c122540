"""A registry by a script, in place of the network: notes every request, and who gets credentials."""

from __future__ import annotations

import base64
import io
import json
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3.util import parse_url

from seatrial.image.credentials import Credentials
from seatrial.image.registry import RegistryClient, digest_of
from seatrial.settings import Registry

BLOB = b"{}"
MANIFEST = json.dumps({"config": {"digest": digest_of(BLOB)}, "layers": []}).encode()
SECRETS = ("the-password", "the-identity", "the-bearer", base64.b64encode(b"user:the-password").decode())

Response = dict[str, Any]


class ScriptedRegistry(BaseAdapter):
    """In place of the network, where those hosts do not exist: notes requests, sends scripted responses."""

    def __init__(self, script: list[Response]) -> None:
        super().__init__()
        self.script = list(script)
        self.requests: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        """Return the next response of the script, and after its end that there is nothing."""
        self.requests.append(request)
        if not isinstance(request.body, str | bytes | None):
            b"".join(request.body or ())
        made = requests.Response()
        made.request, made.url = request, str(request.url)
        row = self.script.pop(0) if self.script else {"status": 404}
        made.status_code, made.raw = row["status"], io.BytesIO(row.get("body", b""))
        made.headers.update(row.get("headers", {}))
        return made

    def close(self) -> None:
        """Do nothing."""


def challenge(realm: str) -> Response:
    """Return a response that asks for a token."""
    header = f'Bearer realm="{realm}",service="s",scope="repository:app:pull"'
    return {"status": 401, "headers": {"WWW-Authenticate": header}}


def row(status: int, location: str, body: bytes) -> Response:
    """Return a response with a Location and a Link to another page."""
    link = f'<{location}?last=1>; rel="next"'
    return {"status": status, "headers": {"Location": location, "Link": link}, "body": body}


def scripted(
    registry: Registry, login: Credentials, script: list[Response]
) -> tuple[RegistryClient, ScriptedRegistry]:
    """Return a client of a scripted registry, and the registry."""
    client, network = RegistryClient(registry, login), ScriptedRegistry(script)
    for scheme in ("http://", "https://"):
        client._requests._session.mount(scheme, network)
    return client, network


def receivers(network: ScriptedRegistry) -> set[tuple[str, str]]:
    """Return scheme and host of every request with a credential, as each of two URL parsers reads them."""
    found = set()
    for sent in network.requests:
        text = f"{sent.url} {sent.headers} {sent.body!r}"
        if "Authorization" in sent.headers or any(secret in text for secret in SECRETS):
            for parts in (urlsplit(str(sent.url)), parse_url(str(sent.url))):
                host = parts.netloc if parts.scheme == "http" else parts.hostname
                found.add((str(parts.scheme), str(host)))
    return found
