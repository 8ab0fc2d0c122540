"""A registry over HTTP whose users have rights, as far as a login is tried: manifests and uploads."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

PULL, PUSH = "pull", "push"


@dataclass
class RightsRegistry:
    """What a registry allows, and what was requested of it.

    `rights` are those of each `user:password`. With `tokens` it challenges for Bearer tokens, as Azure
    Container Registry does. `statuses` replaces the status of a method; `token_status` that of a token.
    `location` is the URL of a started upload.
    """

    rights: Mapping[str, Collection[str]]
    tokens: bool = False
    statuses: dict[str, int] = field(default_factory=dict)
    token_status: int = 200
    location: str = "/v2/{repository}/blobs/uploads/one"
    address: str = ""
    requests: list[str] = field(default_factory=list)
    open_uploads: set[str] = field(default_factory=set)

    def token(self, login: str, scope: str) -> str:
        """Return a token: the rights of the login that the scope asks for."""
        wanted = scope.rpartition(":")[2].split(",")
        return ",".join(right for right in wanted if right in self.rights.get(login, ())) or "nothing"

    def allows(self, authorization: str, right: str) -> bool:
        """Return whether a request with this header may be served."""
        kind, _, value = authorization.partition(" ")
        if self.tokens:
            return kind == "Bearer" and right in value.split(",")
        return kind == "Basic" and right in self.rights.get(base64.b64decode(value).decode(), ())


@contextmanager
def serving_registry(registry: RightsRegistry) -> Iterator[RightsRegistry]:
    """Serve a registry on a loopback port."""
    handler = type("Handler", (_Handler,), {"registry": registry})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    registry.address = f"127.0.0.1:{server.server_port}"
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def write_login(directory: Path, address: str, login: str) -> Path:
    """Write a Docker config.json with a `user:password` for an address, and return its directory."""
    directory.mkdir(parents=True, exist_ok=True)
    auth = base64.b64encode(login.encode()).decode()
    (directory / "config.json").write_text(json.dumps({"auths": {address: {"auth": auth}}}))
    return directory


class _Handler(BaseHTTPRequestHandler):
    registry: RightsRegistry

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        login = base64.b64decode(self.headers.get("Authorization", "").partition(" ")[2]).decode()
        found = self.registry.token(login, query["scope"][0])
        self._send(self.registry.token_status, json.dumps({"token": found}).encode())

    def do_HEAD(self) -> None:
        self._serve("HEAD", PULL, 404)

    def do_POST(self) -> None:
        self._serve("POST", PUSH, 202)

    def do_DELETE(self) -> None:
        self._serve("DELETE", PUSH, 204)

    def _serve(self, method: str, right: str, status: int) -> None:
        self.registry.requests.append(f"{method} {self.path}")
        if not self.registry.allows(self.headers.get("Authorization", ""), right):
            return self._challenge(PULL if right == PULL else f"{PULL},{PUSH}")
        status = self.registry.statuses.get(method, status)
        repository = self.path.removeprefix("/v2/").partition("/blobs/")[0]
        location = self.registry.location.format(repository=repository)
        if method == "POST" and status == 202:
            self.registry.open_uploads.add(location)
        if method == "DELETE":
            self.registry.open_uploads.discard(self.path)
        return self._send(status, headers={"Location": location} if status == 202 else {})

    def _challenge(self, actions: str) -> None:
        realm = f'Bearer realm="http://{self.headers["Host"]}/token",service="s"'
        scope = f'{realm},scope="repository:classifier:{actions}"'
        self._send(401, headers={"WWW-Authenticate": scope if self.registry.tokens else 'Basic realm="r"'})

    def _send(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write no log."""
