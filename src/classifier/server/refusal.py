"""Responses that the server itself sends: errors in the app's form, with its identity headers."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from classifier.identity import request_id
from classifier.logs import REQUESTS
from classifier.problems import problem_text
from classifier.server.messages import Reply, Request
from classifier.server.observer import NoObserver, Observer
from classifier.tracing import Span, span_of

log = logging.getLogger(REQUESTS)


class RefusalError(Exception):
    """The server does not pass a request to the app.

    `error` is what is wrong, `hint` the fix, `reason` one word for the metrics. If `closes`, the connection
    is closed after the response, because the rest of the request is not read as one.
    """

    def __init__(
        self, status: int, error: str, hint: str, reason: str, closes: bool = True, retry_after: int = 0
    ) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.hint = hint
        self.reason = reason
        self.closes = closes
        self.retry_after = retry_after


class Refuser:
    """Makes the response to a refusal, logs it and counts it."""

    def __init__(self, identity: Mapping[str, str], observer: Observer | None = None) -> None:
        self._identity = list(identity.items())
        self._observer = observer or NoObserver()

    def reply(self, request: Request, refusal: RefusalError) -> Reply:
        """Return the problem response of `refusal`."""
        identifier = request_id(request.header(b"x-request-id").decode("latin-1"))
        span = span_of(request.header(b"traceparent").decode("latin-1"))
        headers = [
            ("Content-Type", "application/problem+json"),
            *self._identity,
            ("X-Request-Id", identifier),
            ("traceparent", span.traceparent),
        ]
        if refusal.retry_after:
            headers.append(("Retry-After", str(refusal.retry_after)))
        if refusal.closes:
            headers.append(("Connection", "close"))
        self._record(request, refusal, identifier, span)
        body = problem_text(refusal.status, refusal.error, refusal.hint).encode()
        return Reply(refusal.status, headers, body)

    def _record(self, request: Request, refusal: RefusalError, identifier: str, span: Span) -> None:
        path = request.target.partition(b"?")[0][:200].decode("latin-1")
        fields = {
            "method": request.method,
            "path": path,
            "status": refusal.status,
            "reason": refusal.reason,
            "request_id": identifier,
            "trace_id": span.trace_id,
            "span_id": span.span_id,
        }
        log.info("refused", extra={"fields": fields})
        self._observer.refused(request.method, refusal.status, refusal.reason)
