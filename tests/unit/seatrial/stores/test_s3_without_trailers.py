"""S3-compatible services that refuse checksums in a trailer, over https, where the SDK would send them."""

from __future__ import annotations

import base64
import hashlib
import ssl
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from seatrial.settings import Store as StoreSettings
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobStore
from slow_server import write_certificate
from unit.seatrial.stores.blob_server import BlobServer, Handler

# See `_collected`.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class _WithoutTrailers(Handler):
    """Refuses what such a service does not implement, and an upload whose Content-MD5 is not that of it."""

    def write(self, path: str, content: bytes) -> int:
        """Write a blob, and return the status."""
        if "x-amz-trailer" in self.headers or "aws-chunked" in self.headers.get("Content-Encoding", ""):
            return 501
        digest = hashlib.md5(content, usedforsecurity=False).digest()
        return (
            super().write(path, content)
            if self.headers["Content-MD5"] == base64.b64encode(digest).decode()
            else 400
        )


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlobStore]:
    """A store at such a service."""
    handler = type("State", (_WithoutTrailers,), {"state": BlobServer()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = write_certificate(tmp_path / "server.pem")
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    key = tmp_path / "key"
    key.write_text("[default]\naws_access_key_id = tester\naws_secret_access_key = not-a-secret\n")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    endpoint = f"https://127.0.0.1:{server.server_port}"
    yield open_store(StoreSettings(url="s3://bucket/prefix", endpoint=endpoint, key_file=str(key)))
    server.shutdown()
    server.server_close()


def test_files_and_documents_are_uploaded_with_an_md5(store: BlobStore, tmp_path: Path) -> None:
    """A file, a document and a replaced document arrive, each with a checksum that every service checks."""
    (tmp_path / "file").write_bytes(b"content" * 10_000)
    assert store.create("file", tmp_path / "file", lambda _: None)
    assert store.create("document", b"one", lambda _: None)
    found = store.read("document")
    assert found
    assert store.replace("document", b"two", found.tag)
    assert store.read_range("file", 7, 7) == b"content"
