"""Count the requests of the app and measure their time."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request

from classifier.config import Config
from classifier.metrics.definitions import DURATION, MODEL, REFUSALS
from classifier.metrics.reasons import REASONS
from classifier.metrics.server import UNKNOWN, count_refusal, count_request
from imagemodel.card import Card

CLAIM = "classifier.claim"
"""The member of the WSGI environment that returns whether the response is sent; a server may have none."""
PROBES = (
    "/livez",
    "/readyz",
    "/healthz",
    "/v2/health/",
    "/v2/models/<name>/ready",
    "/v2/models/<name>/versions/<version>/ready",
)
"""The beginnings of the routes that are probes."""


def register(app: Flask, config: Config, card: Card) -> None:
    """Measure every request of `app`, and expose which model and release answer.

    A handler that has a reason other than that of the status sets `g.refusal` to one of REASONS. A probe that
    is answered with 503 is no refusal.
    """
    _expose_model(config, card)
    for reason in REASONS:
        # A counter that exists from the start has a rate from its first refusal on.
        REFUSALS.labels(reason)

    @app.before_request
    def begin() -> None:
        g.metrics_start = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        if not request.environ.get(CLAIM, _sent)():
            # The server has refused it at its deadline, and counted that.
            return response
        route = request.url_rule.rule if request.url_rule else UNKNOWN
        count_request(route, request.method, response.status_code)
        DURATION.labels(route).observe(time.perf_counter() - g.metrics_start)
        if not route.startswith(PROBES):
            count_refusal(response.status_code, g.get("refusal", ""))
        return response


def _sent() -> bool:
    return True


def _expose_model(config: Config, card: Card) -> None:
    MODEL.labels(
        name=card.name,
        version=card.version,
        digest=card.digest,
        release=config.release or "",
        image=config.image or "",
        commit=config.commit,
        environment=config.environment or "",
    ).set(1)
