"""The app with routes that do not respond as their documentation states."""

from __future__ import annotations

from flask import Flask, Response

from classifier import wsgi
from classifier.bodies import VersionResponse
from classifier.openapi.operation import TEXT, Content, Operation, documented

PLAIN = Operation(tag="planted", response={"text/plain": Content(TEXT)})


def application() -> Flask:
    """Return the app of this process, with a planted route for each kind of difference."""
    app = wsgi.application()

    @app.get("/planted/status")
    @documented(PLAIN)
    def status() -> Response:
        """Return a status that is not documented."""
        return Response("short and stout", 418, mimetype="text/plain")

    @app.get("/planted/media-type")
    @documented(PLAIN)
    def media_type() -> Response:
        """Return a media type that is not documented."""
        return Response("<p>ok</p>", mimetype="text/html")

    @app.get("/planted/body")
    @documented(Operation(tag="planted"))
    def body() -> VersionResponse:
        """Return a body without the documented members."""
        return {}  # type: ignore[typeddict-item]

    @app.get("/planted/error")
    @documented(PLAIN)
    def error() -> Response:
        """Raise an error, which is a documented status, but one that no request may cause."""
        raise RuntimeError("planted")

    return app
