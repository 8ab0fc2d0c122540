"""The pipeline's model and store fixtures, and environments in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from environments import Environments, environments_of
from model_fixtures import golden, model, published, settings, store, workspace
from seatrial.settings import Settings

__all__ = ["golden", "model", "published", "settings", "store", "workspace"]


@pytest.fixture
def environments(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Environments]:
    """A staging and a production that nothing was ever released to."""
    with environments_of(settings, monkeypatch) as found:
        yield found
