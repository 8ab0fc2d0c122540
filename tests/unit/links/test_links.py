"""The check of links to other sites, with pages on a server of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from links.check import broken, links


class Pages(BaseHTTPRequestHandler):
    """A site whose paths are statuses."""

    requested: list[str]

    def do_GET(self) -> None:
        """Respond with the status that the path names."""
        self.requested.append(self.path)
        self.send_response(int(self.path[1:]))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Print nothing."""


@pytest.fixture
def site() -> Iterator[tuple[str, list[str]]]:
    """The address of a site, and the paths that were requested."""
    requested: list[str] = []
    handler = type("Handler", (Pages,), {"requested": requested})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", requested
        server.shutdown()
        thread.join(10)


def test_a_page_that_is_gone_is_broken_with_its_line(tmp_path: Path, site: tuple[str, list[str]]) -> None:
    """A limit or a refusal of robots is no broken link, and one address is requested once."""
    url, requested = site
    page = tmp_path / "page.md"
    page.write_text(f"[a]({url}/200#part)\n[b]({url}/404), [c]({url}/429)\n[d]({url}/403) [e]({url}/404)\n")
    found = broken(links([page]))
    assert [(link.line, reason) for link, reason in found] == [(2, "status 404"), (3, "status 404")]
    assert sorted(requested) == ["/200", "/403", "/404", "/429"]


def test_a_host_that_does_not_answer_is_broken(tmp_path: Path) -> None:
    """The reason is the kind of error."""
    page = tmp_path / "page.md"
    page.write_text("[a](http://127.0.0.1:9/)\n")
    assert [reason for _, reason in broken(links([page]))] == ["ConnectionError"]
