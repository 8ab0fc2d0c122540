"""`GET /openapi.json` and `GET /docs`: the API for programs and for people."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, Response, current_app, request

from classifier.config import Config
from classifier.openapi.document import openapi_document
from classifier.openapi.operation import TEXT, Content, Operation, documented
from classifier.openapi.page import POLICY, page, page_at
from classifier.sizes import size_text


def docs_blueprint(config: Config) -> Blueprint:
    """Return the routes `/openapi.json` and `/docs`. The document is generated at the first request."""
    routes = Blueprint("docs", __name__)

    @cache
    def document() -> dict[str, Any]:
        return openapi_document(current_app, description(config))

    @cache
    def text() -> str:
        return page(document())

    @routes.get("/openapi.json")
    @documented(Operation(tag="documentation"))
    def openapi() -> dict[str, Any]:
        """Return this API as an OpenAPI 3.1 document."""
        return document()

    @routes.get("/docs")
    @documented(Operation(tag="documentation", response={"text/html": Content(TEXT)}))
    def docs() -> Response:
        """Return this API as a page to read, with a form to try it."""
        response = Response(page_at(text(), request.host_url), mimetype="text/html")
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return routes


def description(config: Config) -> str:
    """Return the description of the whole API: limits and errors."""
    return (
        f"A request has a body of at most {size_text(config.max_body)}. An error response is "
        "`application/problem+json` with `error` (what is wrong) and usually `detail` (the fix): "
        "404 for an unknown path, 405 with the header `Allow` for a method that a path does not have, and "
        "those listed at each operation. Every response names model, release and request in its headers."
    )
