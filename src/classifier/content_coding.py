"""Decode request bodies with `Content-Encoding: gzip`."""

from __future__ import annotations

import io
import zlib

from flask import Flask, Response, request

from classifier.problems import problem
from classifier.sizes import SMALLER, size_text

GZIP = 31
"""The `wbits` of zlib for a gzip header and trailer."""


def register(app: Flask) -> None:
    """Replace a gzip body by its contents before each request of `app`; refuse other encodings with 415.

    A body whose contents are larger than `MAX_CONTENT_LENGTH` is refused with 413, an invalid one with 400.
    """
    limit: int = app.config["MAX_CONTENT_LENGTH"]

    @app.before_request
    def decode() -> Response | None:
        coding = request.headers.get("Content-Encoding", "").strip().lower()
        if coding in {"", "identity"}:
            return None
        if coding not in {"gzip", "x-gzip"}:
            return _unsupported(coding)
        return _replace_body(limit)


def _replace_body(limit: int) -> Response | None:
    environ = request.environ
    length = int(environ.get("CONTENT_LENGTH") or 0)
    decoder = zlib.decompressobj(GZIP)
    try:
        body = decoder.decompress(environ["wsgi.input"].read(length), limit + 1)
    except zlib.error:
        return problem(400, "the body is not valid gzip", "send it without Content-Encoding")
    if len(body) > limit:
        return problem(413, f"the decoded body is larger than {size_text(limit)}", SMALLER)
    # Each further gzip stream in the body would cost more than it can contain.
    if not decoder.eof or decoder.unused_data:
        return problem(400, "the body is not one whole gzip stream", "send it without Content-Encoding")
    environ.update({"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})
    del environ["HTTP_CONTENT_ENCODING"]
    return None


def _unsupported(coding: str) -> Response:
    response = problem(
        415, f"unsupported content encoding {coding[:40]}", "send no Content-Encoding, or gzip"
    )
    response.headers["Accept-Encoding"] = "gzip"
    return response
