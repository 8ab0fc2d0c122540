"""W3C Trace Context: continue the caller's trace in headers and log (https://www.w3.org/TR/trace-context/)."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Final

from flask import Flask, Response, g, request

# Version 00 has exactly these four fields; a later version may append others.
TRACEPARENT: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
MAX_TRACEPARENT: Final = 256
NEVER_SAMPLED: Final = "00"
KNOWN_FLAGS: Final = 0b11
"""Sampled, and random trace id."""


@dataclass(frozen=True)
class Span:
    """The part of one request in a trace: ids in lower-case hexadecimal, and the flags of the caller.

    `parent_id` is the caller's span, or empty for a trace that begins here.
    """

    trace_id: str
    span_id: str
    flags: str = NEVER_SAMPLED
    parent_id: str = ""

    @property
    def traceparent(self) -> str:
        """The header for the response."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


def span_of(traceparent: str) -> Span:
    """Return a new span in the caller's trace, or in a new trace if `traceparent` is missing or not valid."""
    found = TRACEPARENT.fullmatch(traceparent) if len(traceparent) <= MAX_TRACEPARENT else None
    span_id = secrets.token_hex(8)
    if found is None or not _valid(found):
        return Span(secrets.token_hex(16), span_id)
    return Span(found[2], span_id, f"{int(found[4], 16) & KNOWN_FLAGS:02x}", found[3])


def _valid(found: re.Match[str]) -> bool:
    if found[1] == "ff" or (found[1] == "00" and found[5] is not None):
        return False
    return int(found[2], 16) > 0 and int(found[3], 16) > 0


def register(app: Flask) -> None:
    """Give every request of `app` a span: `g.trace` for the log, and the header `traceparent`.

    `tracestate` is returned unchanged if the caller's trace is continued.
    """

    @app.before_request
    def begin() -> None:
        g.span = span_of(request.headers.get("traceparent", ""))
        g.trace = {"trace_id": g.span.trace_id, "span_id": g.span.span_id}

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["traceparent"] = g.span.traceparent
        state = request.headers.get("tracestate", "")
        if g.span.parent_id and state:
            response.headers["tracestate"] = state
        return response
