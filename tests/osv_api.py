"""A stand-in for OSV's API: advisories on chosen versions, in the documented format.

Format: https://google.github.io/osv.dev/post-v1-query/
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class OsvStandIn:
    """The ids of advisories by (package, version), and the packages that were asked for."""

    advisories: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    url: str = ""

    def answer(self, query: dict[str, object]) -> dict[str, object]:
        """Return the response to a query."""
        package = query["package"]
        assert isinstance(package, dict)
        self.asked.add(package["name"])
        found = self.advisories.get((package["name"], str(query["version"])))
        affected = {"package": package, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}
        published = {"published": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z"}
        advisory = {"id": found, "summary": "planted", "affected": [affected], **published}
        return {"vulns": [advisory]} if found else {}


@contextmanager
def serving_osv() -> Iterator[OsvStandIn]:
    """Serve the stand-in on a loopback port inside the block."""
    standin = OsvStandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(standin.answer(query)).encode())

        def log_message(self, *words: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    standin.url = f"http://127.0.0.1:{httpd.server_port}/v1/query"
    threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield standin
    finally:
        httpd.shutdown()
        httpd.server_close()
