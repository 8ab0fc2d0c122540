"""A registry over HTTP on a loopback port, for the real client: blobs, manifests and uploads in memory."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from seatrial.image.credentials import Credentials
from seatrial.image.registry import RegistryClient, Repository
from seatrial.settings import Registry

PATH = re.compile(r"/v2/(?P<repository>.+)/(?P<kind>manifests|blobs|tags)/(?P<name>.+)")


def digest_of(content: bytes) -> str:
    """Return the digest of a blob or manifest."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class RegistryServer:
    """Contents of a registry by repository; tests read and change them.

    `requests` are the requests so far. A request whose method and path start with an entry of `refused` gets
    status 503.
    """

    address: str = ""
    blobs: dict[tuple[str, str], bytes] = field(default_factory=dict)
    manifests: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    uploads: list[bytes] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    refused: tuple[str, ...] = ()

    @property
    def settings(self) -> Registry:
        """The settings of this registry."""
        return Registry(address=self.address, insecure=True, config_dir="/nonexistent")

    def repository(self, name: str = "classifier") -> Repository:
        """Return a repository of this registry, with a real client."""
        return Repository(RegistryClient(self.settings, Credentials()), name)

    def tag(self, tag: str, repository: str = "classifier") -> bytes | None:
        """Return the manifest of a tag, or None."""
        digest = self.tags.get((repository, tag))
        return self.manifests[repository, digest][1] if digest else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "registry"
    state: RegistryServer

    def parse_request(self) -> bool:
        """Refuse a request before it has any effect."""
        accepted = super().parse_request()
        if not accepted or not f"{self.command} {self.path}".startswith(self.state.refused or "\0"):
            return accepted
        self._body()
        self._send(503, b"refused")
        return False

    def do_GET(self) -> None:
        """Return a blob, a manifest or the list of tags."""
        state, repository, kind, name = self._target()
        if kind == "tags":
            tags = sorted(tag for known, tag in state.tags if known == repository)
            self._send(200, json.dumps({"tags": tags}).encode())
        elif kind == "blobs":
            blob = state.blobs.get((repository, name))
            self._send(404 if blob is None else 200, blob or b"")
        else:
            digest = state.tags.get((repository, name), name)
            media_type, content = state.manifests.get((repository, digest), ("", b""))
            headers = {"Content-Type": media_type, "Docker-Content-Digest": digest}
            self._send(200 if content else 404, content, headers)

    def do_HEAD(self) -> None:
        """Return what GET returns, without the body."""
        self.do_GET()

    def do_POST(self) -> None:
        """Start an upload."""
        state, repository, _, _ = self._target()
        state.uploads.append(b"")
        self._send(202, b"", self._upload_url(repository, len(state.uploads) - 1))

    def do_PATCH(self) -> None:
        """Append to an upload."""
        state, repository, _, name = self._target()
        number = int(name.removeprefix("uploads/"))
        state.uploads[number] += self._body()
        self._send(202, b"", self._upload_url(repository, number))

    def do_PUT(self) -> None:
        """Store a blob or a manifest whose blobs exist; a digest must be that of the content."""
        state, repository, kind, name = self._target()
        stored = self._put_blob if kind == "blobs" else self._put_manifest
        self._send(201 if stored(state, repository, name, self._body()) else 400)

    def _put_blob(self, state: RegistryServer, repository: str, name: str, body: bytes) -> bool:
        content = state.uploads[int(name.removeprefix("uploads/"))] + body
        digest = digest_of(content)
        state.blobs[repository, digest] = content
        return parse_qs(urlsplit(self.path).query).get("digest") == [digest]

    def _put_manifest(self, state: RegistryServer, repository: str, name: str, content: bytes) -> bool:
        document, digest = json.loads(content), digest_of(content)
        blobs = [part["digest"] for part in (document["config"], *document["layers"])]
        if not all((repository, blob) in state.blobs for blob in blobs):
            return False
        state.manifests[repository, digest] = self.headers["Content-Type"], content
        if name.startswith("sha256:"):
            return name == digest
        state.tags[repository, name] = digest
        return True

    def do_DELETE(self) -> None:
        """Delete a manifest with its tags."""
        state, repository, _, name = self._target()
        found = state.manifests.pop((repository, name), None)
        state.tags = {
            key: digest for key, digest in state.tags.items() if key[0] != repository or digest != name
        }
        self._send(202 if found else 404)

    def _target(self) -> tuple[RegistryServer, str, str, str]:
        found = PATH.fullmatch(urlsplit(self.path).path)
        assert found, self.path
        self.state.requests.append(f"{self.command} {self.path}")
        return self.state, found["repository"], found["kind"], found["name"]

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _upload_url(self, repository: str, number: int) -> dict[str, str]:
        url = f"http://{self.state.address}/v2/{repository}/blobs/uploads/{number}?state=x"
        return {"Location": url}

    def _send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write no log."""


@contextmanager
def registry_server() -> Iterator[RegistryServer]:
    """Serve an empty registry."""
    state = RegistryServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"state": state}))
    state.address = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
