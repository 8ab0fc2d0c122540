"""Commands that are refused before any release."""

from __future__ import annotations

import pytest

from e2e.release.conftest import ReleaseEnvironment
from seatrial.release.record import Record


@pytest.mark.parametrize("image", ["classifier:latest", "elsewhere.example/classifier@sha256:" + "0" * 64])
def test_deploy_accepts_only_digests_of_the_configured_registry(
    environment: ReleaseEnvironment, first: Record, image: str
) -> None:
    """A tag, or an image of another registry, is a usage error."""
    code, output = environment.run("deploy", "--image", image)
    assert code == 2, output


def test_accept_without_a_pending_release_is_refused(environment: ReleaseEnvironment, first: Record) -> None:
    """Accept without a pending release ends with 10 and keeps the stable release."""
    before = environment.stable()
    code, output = environment.run("accept")
    assert code == 10, output
    assert environment.stable() == before
