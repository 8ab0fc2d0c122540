"""Fixtures: the values of the exposition, and how a test's requests change them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from prometheus_client.parser import text_string_to_metric_families

from classifier import metrics

Changes = Callable[[str], dict[str, float]]


def values(name: str, text: str) -> dict[str, float]:
    """Return the samples of that name by their label values, joined with a space."""
    return {
        " ".join(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


@pytest.fixture
def changes() -> Changes:
    """How samples of a name have changed since the test began, without those that have not."""
    before = metrics.exposition().decode()

    def since(name: str) -> dict[str, float]:
        old = values(name, before)
        now = values(name, metrics.exposition().decode())
        return {key: value - old.get(key, 0) for key, value in now.items() if value != old.get(key, 0)}

    return since
