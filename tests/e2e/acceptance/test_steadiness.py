"""It answers again and again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from e2e.api_client import ApiClient
from e2e.endpoint import Endpoint
from imagemodel.golden import GoldenSet

REQUESTS = 100
CLIENTS = 4


@pytest.fixture
def times(notes: dict[str, Any]) -> list[float]:
    """The milliseconds of every answer, for the report."""
    found: list[float] = notes.setdefault("milliseconds", [])
    return found


def _failures(clients: list[ApiClient], golden: GoldenSet, times: list[float]) -> list[str]:
    photos = [(photo.path.read_bytes(), photo.label) for photo in golden.photos]

    def ask(client: ApiClient, start: int) -> list[str]:
        found = []
        for number in range(start, start + REQUESTS // CLIENTS):
            body, label = photos[number % len(photos)]
            answer = client.predict(body)
            times.append(round(1000 * answer.elapsed.total_seconds(), 1))
            if answer.status_code != 200 or answer.json()["predictions"][0]["label"] != label:
                found.append(f"{answer.status_code} {answer.text[:100]}")
        return found

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [each for found in pool.map(ask, clients, range(CLIENTS)) for each in found]


def test_100_requests_on_kept_connections(endpoint: Endpoint, golden: GoldenSet, times: list[float]) -> None:
    """100 requests on four kept connections are all answered, and rightly."""
    clients = [ApiClient(endpoint.url, endpoint.addresses[0]) for _ in range(CLIENTS)]
    assert _failures(clients, golden, times) == []


def test_100_requests_on_new_connections(endpoint: Endpoint, golden: GoldenSet, times: list[float]) -> None:
    """100 requests, each on a connection of its own, are all answered, and rightly."""
    clients = [ApiClient(endpoint.url, endpoint.addresses[0], keep=False) for _ in range(CLIENTS)]
    assert _failures(clients, golden, times) == []
