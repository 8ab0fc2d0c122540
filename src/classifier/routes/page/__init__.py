"""`GET /`: a page to classify photos in a browser, and `Healthy` for every other client."""

from __future__ import annotations

from flask import Blueprint, Response, request

from classifier.config import Config
from classifier.openapi.operation import TEXT, Content, Operation, documented
from classifier.routes.page.assets import Asset, Assets, load_assets, page_text

# The scripts may show photos of the user (blob:) and send requests to this origin. Nothing else is loaded.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
REVALIDATE = "no-cache"
UNCHANGED = {304: "the client's copy is current"}
HOME = Operation(
    tag="service",
    response={"text/plain": Content(TEXT, lambda: "Healthy"), "text/html": Content(TEXT)},
    empty=UNCHANGED,
)
IMMUTABLE = "public, max-age=31536000, immutable"


def page_blueprint(config: Config) -> Blueprint:
    """Return the page at `/` and its files at `/page/<version>/<name>`.

    The version in the path of a file is that of all files together. A page of another release also gets the
    present file, which it must revalidate, so that it works while users are switched from one to the other.
    """
    routes = Blueprint("page", __name__)
    assets = load_assets()
    home = Asset.of("index.html", page_text(assets, config.max_body).encode())

    @routes.get("/")
    @documented(HOME)
    def show() -> Response:
        """Return the page to classify photos to a browser, and `Healthy` to any other client."""
        response = _file(home, REVALIDATE) if prefers_html() else Response("Healthy", mimetype="text/plain")
        response.vary.add("Accept")
        return response

    @routes.get("/page/<version>/<name>")
    @documented(file_operation(assets))
    def file(version: str, name: str) -> Response:
        """Return a file of the page."""
        asset = assets.file(name)
        return _file(asset, IMMUTABLE if version == assets.version else REVALIDATE)

    return routes


def file_operation(assets: Assets) -> Operation:
    """Return the documentation of the route of the page's files."""
    return Operation(
        tag="service",
        path={"name": {"type": "string", "enum": sorted(assets.others)}},
        response={kind: Content(TEXT) for kind in sorted({each.mimetype for each in assets.others.values()})},
        empty=UNCHANGED,
        problems={404: "the page has no file of this name"},
    )


def prefers_html() -> bool:
    """Return whether the client of the current request prefers HTML to plain text, as browsers do."""
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["text/plain"]


def _file(asset: Asset, caching: str) -> Response:
    response = Response(asset.data, mimetype=asset.mimetype)
    response.headers["Cache-Control"] = caching
    response.headers["Content-Security-Policy"] = POLICY
    response.set_etag(asset.etag)
    response.make_conditional(request)
    # The server adds its own.
    del response.headers["Date"]
    return response
