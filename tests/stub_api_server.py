"""A stub of a Kubernetes API server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

DATE = "Fri, 02 Jan 2026 03:04:05 GMT"
_KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{{name: c, cluster: {{server: "{server}"}}}}]
users: [{{name: u, user: {{token: secret-token}}}}]
contexts: [{{name: stub, context: {{cluster: c, user: u}}}}]
"""
VERBS = ["create", "delete", "get", "list", "patch", "update"]
DISCOVERY: dict[str, Any] = {
    "/version": {"major": "1", "minor": "34"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "groups": []},
    "/api/v1": {
        "kind": "APIResourceList",
        "groupVersion": "v1",
        "resources": [{"name": "configmaps", "kind": "ConfigMap", "namespaced": True, "verbs": VERBS}],
    },
}


def kubeconfig(url: str) -> str:
    """Return a kubeconfig with the context `stub` for an API server."""
    return _KUBECONFIG.format(server=url)


class StubApiServer:
    """Serves discovery and the responses in `responses`, a list of (status, body) for each request line.

    The last response of a list is repeated. Status 0 closes the connection without a response. Any other
    request gets status 404. `requests` holds the request lines that are not discovery, without their
    queries; `query` and `body` are those of the last request.
    """

    def __init__(self) -> None:
        self.responses: dict[str, list[tuple[int, object]]] = {}
        self.requests: list[str] = []
        self.query: dict[str, str] = {}
        self.body: Any = None

    def respond(self, line: str) -> tuple[int, object]:
        """Return the response to a request line such as `GET /version`."""
        verb, path = line.split()
        if verb == "GET" and path in DISCOVERY:
            return 200, DISCOVERY[path]
        self.requests.append(line)
        planned = self.responses.get(line, [(404, {"message": "not found"})])
        return planned.pop(0) if len(planned) > 1 else planned[0]

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Serve on loopback; the context is the URL."""
        listener = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.server_port}"
        finally:
            listener.shutdown()
            listener.server_close()


def _handler(stub: StubApiServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            stub.body = json.loads(text) if text else None
            path, _, query = self.path.partition("?")
            stub.query = dict(parse_qsl(query))
            status, body = stub.respond(f"{self.command} {path}")
            if not status:
                self.close_connection = True
                return
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response_only(status)
            self.send_header("Date", DATE)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _respond  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handler
