"""The limits of the acceptance suite's HTTP client."""

from __future__ import annotations

import pytest
import requests

from e2e import api_client
from e2e.api_client import ApiClient
from slow_server import SLOW_RESPONSES, SlowResponse, slow_server


@pytest.mark.parametrize("keep_alive", [True, False])
@pytest.mark.parametrize("response", SLOW_RESPONSES, ids=str)
def test_a_slow_response_ends_at_the_deadline(
    response: SlowResponse, keep_alive: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An endpoint that sends slowly cannot keep the suite from ending, on a kept or on a new connection."""
    monkeypatch.setattr(api_client, "TIMEOUT", 0.4)
    with slow_server(response) as server:
        client = ApiClient(f"http://classifier.test:{server.port}", "127.0.0.1", keep_alive=keep_alive)
        with pytest.raises((requests.Timeout, requests.ConnectionError), match="timed out"):
            client.get("/livez")


def test_a_large_response_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A response over the limit is an error of the endpoint."""
    monkeypatch.setattr(api_client, "MAX_BODY_BYTES", 10)
    response = SlowResponse("large", b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n1234567890", b"1")
    with slow_server(response) as server:
        client = ApiClient(f"http://127.0.0.1:{server.port}")
        with pytest.raises(requests.RequestException, match="over 10 bytes"):
            client.get("/livez")
