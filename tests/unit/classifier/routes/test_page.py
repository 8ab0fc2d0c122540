"""`GET /` and the files of the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from classifier.config import Config
from classifier.routes.page import POLICY, assets
from imagemodel.decode.budget import MAX_PIXELS

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
STATIC = Path(assets.__file__).parent / "static"


def page(client: FlaskClient) -> str:
    """Return the page as a browser gets it."""
    return client.get("/", headers={"Accept": BROWSER}).text


def links(client: FlaskClient) -> list[str]:
    """Return the paths that the page refers to."""
    return sorted(set(re.findall(r'(?:src|href)="([^"#]+)"', page(client))))


@pytest.mark.parametrize("accept", [BROWSER, "text/html", "text/html;q=0.5, text/plain;q=0.4"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_client_that_prefers_html_gets_the_page(client: FlaskClient, accept: str, method: str) -> None:
    """`/` depends on `Accept`, and `Vary` names it."""
    response = client.open("/", method=method, headers={"Accept": accept})
    assert (response.status_code, response.mimetype, response.vary.to_header()) == (
        200,
        "text/html",
        "Accept",
    )


@pytest.mark.parametrize(
    "accept", [None, "*/*", "text/plain", "application/json", "text/html, text/plain", "image/*"]
)
def test_every_other_client_gets_healthy(client: FlaskClient, accept: str | None) -> None:
    """curl, load balancers and clients of the original service get the word that they expect."""
    response = client.get("/", headers={"Accept": accept} if accept else {})
    assert (response.text, response.mimetype, response.vary.to_header()) == (
        "Healthy",
        "text/plain",
        "Accept",
    )


def test_the_page_has_a_strict_policy(client: FlaskClient) -> None:
    """No script and style inside the page, no other host; the other security headers stay."""
    headers = client.get("/", headers={"Accept": BROWSER}).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "data:" not in POLICY
    assert "http" not in POLICY
    assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff")


@pytest.mark.parametrize("path", ["/version", "/livez", "/page/1/missing.js"])
def test_other_responses_keep_the_strictest_policy(client: FlaskClient, path: str) -> None:
    """Only the page and its files may load anything, and be cached."""
    headers = client.get(path, headers={"Accept": BROWSER}).headers
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Cache-Control"] == "no-store"


def test_the_page_has_the_limits_of_the_app(client: FlaskClient, config: Config) -> None:
    """The page refuses or reduces what the app would refuse."""
    assert f'data-max-bytes="{config.max_body}" data-max-pixels="{MAX_PIXELS}"' in page(client)
    assert "{{" not in page(client)


def test_the_files_of_the_page_are_cached_until_they_change(client: FlaskClient) -> None:
    """Their paths contain a digest of them all, so they can be kept."""
    versioned = [path for path in links(client) if path.startswith("page/")]
    assert len(versioned) == 3
    for path in versioned:
        response = client.get(f"/{path}")
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_every_link_of_the_page_is_served(client: FlaskClient) -> None:
    """Its files, and the documentation for programs."""
    assert set(links(client)) > {"docs", "openapi.json"}
    assert [path for path in links(client) if client.get(f"/{path}").status_code != 200] == []


@pytest.mark.parametrize("path", ["/", "/page/0123456789abcdef/page.js"])
def test_what_may_change_is_revalidated(client: FlaskClient, path: str) -> None:
    """The page, and a file of another version, are not used without asking; unchanged, they are not sent."""
    first = client.get(path, headers={"Accept": BROWSER})
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-cache")
    second = client.get(path, headers={"Accept": BROWSER, "If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.data) == (304, b"")


@pytest.mark.parametrize("name", sorted(path.name for path in STATIC.iterdir() if path.name != assets.PAGE))
def test_every_file_is_served_with_its_type(client: FlaskClient, name: str) -> None:
    """A browser with `nosniff` runs a script only with its type."""
    response = client.get(f"/page/any/{name}")
    assert response.data == (STATIC / name).read_bytes()
    assert response.mimetype == assets.TYPES[Path(name).suffix]


@pytest.mark.parametrize("name", ["index.html", "missing.js", "..%2f__init__.py", "%2e%2e", "assets.py"])
def test_nothing_else_is_served(client: FlaskClient, name: str) -> None:
    """A name that is not one of the files returns 404."""
    assert client.get(f"/page/any/{name}").status_code == 404


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.*")), ids=lambda path: path.name)
def test_no_file_names_another_host_or_has_inline_code(path: Path) -> None:
    """The page works without the internet, and under its own policy."""
    text = path.read_text().replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert re.findall(r"https?://|//[a-z]+\.|\bstyle=|\bon[a-z]+=\"|javascript:|innerHTML|eval\(", text) == []
