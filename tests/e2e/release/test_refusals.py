"""What is no release at all."""

from __future__ import annotations

import pytest

from e2e.release.conftest import Trial
from seatrial.release.record import Record


@pytest.mark.parametrize("image", ["classifier:latest", "elsewhere.example/classifier@sha256:" + "0" * 64])
def test_only_digests_of_our_registry_are_taken(trial: Trial, first: Record, image: str) -> None:
    """A tag, or an image of another registry, is wrong usage."""
    code, output = trial.run("deploy", "--image", image)
    assert code == 2, output


def test_nothing_pending_is_nothing_to_accept(trial: Trial, first: Record) -> None:
    """Accept refuses where no release is pending, and leaves what serves."""
    before = trial.stable()
    code, output = trial.run("accept")
    assert code == 10, output
    assert trial.stable() == before
