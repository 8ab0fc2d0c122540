"""An HTTP server with the part of the APIs of S3 and of Azure Blob Storage that a store uses."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class BlobServer:
    """Blobs by path. The answers to the writes with the numbers in `lost`, from 0, do not arrive."""

    port: int = 0
    blobs: dict[str, bytes] = field(default_factory=dict)
    lost: Container[int] = ()
    writes: int = 0


def tag_of(content: bytes) -> str:
    """Return the ETag of a blob."""
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


@contextmanager
def blob_server() -> Iterator[BlobServer]:
    """Run an empty server on 127.0.0.1 inside the block."""
    state = BlobServer()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"state": state}))
    httpd.daemon_threads = True
    threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    state.port = httpd.server_port
    yield state
    httpd.shutdown()
    httpd.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers the requests with the blobs of `state`."""

    state: BlobServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send a blob, or a range of it."""
        content = self.state.blobs.get(urlsplit(self.path).path)
        if content is None:
            self._send(404, code="BlobNotFound" if self.headers.get("x-ms-version") else "NoSuchKey")
            return
        span = re.fullmatch(
            r"bytes=(\d+)-(\d+)", self.headers.get("x-ms-range") or self.headers.get("Range") or ""
        )
        first, last = (int(span[1]), min(int(span[2]), len(content) - 1)) if span else (0, len(content) - 1)
        ranged = {"Content-Range": f"bytes {first}-{last}/{len(content)}"} if span else {}
        self._send(206 if span else 200, content[first : last + 1], ETag=tag_of(content), **ranged)

    do_HEAD = do_GET  # noqa: N815

    def do_PUT(self) -> None:
        """Write a blob, and answer unless the answer is to be lost."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.write(urlsplit(self.path).path, content)
        self.close_connection = self.state.writes in self.state.lost
        self.state.writes += 1
        if not self.close_connection:
            self._send(status, code="ConditionNotMet" if status > 400 else "", ETag=tag_of(content))

    def write(self, path: str, content: bytes) -> int:
        """Write a blob under the conditions of the request, and return the status."""
        found, tag = self.state.blobs.get(path), self.headers.get("If-Match")
        if self.headers.get("If-None-Match") and found is not None:
            return 409 if self.headers.get("x-ms-version") else 412
        if tag and (found is None or tag_of(found) != tag):
            return 412
        self.state.blobs[path] = content
        return 201 if self.headers.get("x-ms-version") else 200

    def _send(self, status: int, content: bytes = b"", code: str = "", **headers: str) -> None:
        self.send_response(status)
        fields = {"Last-Modified": self.date_time_string(), "x-ms-blob-type": "BlockBlob", **headers}
        if code:
            fields["x-ms-error-code"] = code
            content = f"<Error><Code>{code}</Code></Error>".encode()
        for name, value in {**fields, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *words: object) -> None:
        """Print nothing."""
