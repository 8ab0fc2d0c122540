"""Repeated requests on persistent and on new connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from e2e.api_client import ApiClient
from e2e.endpoint import LocatedEndpoint
from imagemodel.golden import GoldenSet

REQUESTS = 100
CLIENTS = 4


@pytest.fixture
def latencies(notes: dict[str, Any]) -> list[float]:
    """The latency of each response in milliseconds, for the report."""
    found: list[float] = notes.setdefault("milliseconds", [])
    return found


def _failures(clients: list[ApiClient], golden: GoldenSet, latencies: list[float]) -> list[str]:
    photos = [(photo.path.read_bytes(), photo.label) for photo in golden.photos]

    def send(client: ApiClient, start: int) -> list[str]:
        found = []
        for number in range(start, start + REQUESTS // CLIENTS):
            body, label = photos[number % len(photos)]
            response = client.predict(body)
            latencies.append(round(1000 * response.elapsed.total_seconds(), 1))
            if response.status_code != 200 or response.json()["predictions"][0]["label"] != label:
                found.append(f"{response.status_code} {response.text[:100]}")
        return found

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [each for found in pool.map(send, clients, range(CLIENTS)) for each in found]


def test_100_requests_on_persistent_connections(
    endpoint: LocatedEndpoint, golden: GoldenSet, latencies: list[float]
) -> None:
    """100 requests on four persistent connections all get the right label."""
    clients = [endpoint.client() for _ in range(CLIENTS)]
    assert _failures(clients, golden, latencies) == []


def test_100_requests_on_new_connections(
    endpoint: LocatedEndpoint, golden: GoldenSet, latencies: list[float]
) -> None:
    """100 requests, each on a new connection, all get the right label."""
    clients = [endpoint.client(keep_alive=False) for _ in range(CLIENTS)]
    assert _failures(clients, golden, latencies) == []
