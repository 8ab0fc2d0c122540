"""An HTTP server on a loopback port that answers requests with JSON."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol


class Answers(Protocol):
    """What the server answers, and what it was asked."""

    authorizations: set[str]

    def answer(self, target: str) -> tuple[int, object]:
        """Return status and body for the target of a request."""


@contextmanager
def serving_json(answers: Answers) -> Iterator[str]:
    """Serve the answers inside the block; the value is the URL. The header Authorization is recorded.

    A POST, PUT or PATCH is answered by the method `change` of the answers, if they have one.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(*answers.answer(self.path))

        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            change = getattr(answers, "change", None)
            self._send(*(change(self.command, self.path, sent) if change else (405, {})))

        def _send(self, status: int, body: object) -> None:
            answers.authorizations.add(self.headers.get("Authorization", ""))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        do_PATCH = do_PUT = do_POST  # noqa: N815

        def log_message(self, *words: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}"
    finally:
        httpd.shutdown()
        httpd.server_close()
