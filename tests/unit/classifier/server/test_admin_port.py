"""The admin port: probes and metrics."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from app_process import AppProcess

BUSY = b"POST /predict HTTP/1.1\r\nHost: app\r\nContent-Length: 1000\r\n\r\nx"


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz", "/metrics"])
def test_route_returns_200(server: AppProcess, path: str) -> None:
    """Probes and metrics return 200."""
    assert server.probe(path).status_code == 200


def test_metrics_are_text_for_prometheus(server: AppProcess) -> None:
    """The metrics have the content type of Prometheus' text format."""
    assert server.probe("/metrics").headers["Content-Type"].startswith("text/plain; version=")


def test_other_routes_are_404(server: AppProcess) -> None:
    """The app's routes are not on this port; the response names those that are."""
    response = server.probe("/predict")
    assert response.status_code == 404
    assert "/metrics" in response.json()["detail"]


def test_clients_port_has_no_metrics(server: AppProcess) -> None:
    """`/metrics` is 404 on the port of the clients."""
    assert server.get("/metrics").status_code == 404


def test_clients_cannot_occupy_the_admin_port(small_server: AppProcess) -> None:
    """While every connection of the clients' port is taken, the probes are answered."""
    with ExitStack() as stack:
        for _ in range(60):
            stack.enter_context(small_server.connect(BUSY))
        assert [small_server.probe(path).status_code for path in ("/livez", "/readyz", "/metrics")] == [
            200
        ] * 3
