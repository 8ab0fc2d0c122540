"""A registry over HTTP in this process: the part of the distribution API that a push and a copy use."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def blob_digest(content: bytes) -> str:
    """Return ``sha256:<hex>`` of the content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class HttpRegistry:
    """The stored blobs by digest and manifests by tag or digest, of all repositories together."""

    address: str = ""
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)

    def whole(self, reference: str) -> bool:
        """Return whether there is a manifest, and every blob that it names with its digest."""
        body = json.loads(self.manifests.get(reference, b"{}"))
        named = [each["digest"] for each in (body.get("config", {}), *body.get("layers", ())) if each]
        return bool(named) and all(blob_digest(self.blobs.get(digest, b"")) == digest for digest in named)

    def respond(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, bytes]:
        """Return status and content of a response."""
        kind, _, name = path.removeprefix("/v2/").partition("/")[2].partition("/")
        if method in ("GET", "HEAD"):
            found = (self.manifests if kind == "manifests" else self.blobs).get(name)
            return (404, b"") if found is None else (200, found)
        if kind == "manifests":
            self.manifests |= {name: body, blob_digest(body): body}
            return 201, b""
        return self._upload(method, name.removeprefix("uploads/"), query, body)

    def _upload(self, method: str, name: str, query: dict[str, list[str]], body: bytes) -> tuple[int, bytes]:
        if method == "POST":
            return 202, f"{len(self.uploads)}".encode()
        self.uploads[name] = self.uploads.get(name, b"") + body
        if method == "PATCH":
            return 202, name.encode()
        digest, content = query["digest"][0], self.uploads.pop(name)
        if blob_digest(content) != digest:
            return 400, b""
        self.blobs[digest] = content
        return 201, b""


class _Server(ThreadingHTTPServer):
    def __init__(self, registry: HttpRegistry) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.registry = registry
        registry.address = f"127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _respond(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        # A client that was killed has sent less.
        if len(body) == length:
            url = urlsplit(self.path)
            self._send(*self.server.registry.respond(self.command, url.path, parse_qs(url.query), body))

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        if self.command in ("POST", "PATCH"):
            uploads = self.path.partition("/blobs/uploads/")[0] + "/blobs/uploads/"
            self.send_header("Location", f"http://{self.server.registry.address}{uploads}{content.decode()}")
            content = b""
        self.send_header("Content-Type", MANIFEST)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = _respond  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def http_registry() -> Iterator[HttpRegistry]:
    """Run a registry on a loopback port."""
    registry = HttpRegistry()
    with _Server(registry) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield registry
        finally:
            server.shutdown()
            thread.join()
