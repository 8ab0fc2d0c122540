"""Commands that are refused before any release."""

from __future__ import annotations

import pytest

from e2e.release.conftest import UNCHECKED, ReleaseEnvironment
from e2e.release.images import ImageFactory
from seatrial.release.record import Record


@pytest.mark.parametrize("image", ["classifier:latest", "elsewhere.example/classifier@sha256:" + "0" * 64])
def test_deploy_accepts_only_digests_of_the_configured_registry(
    environment: ReleaseEnvironment, first: Record, image: str
) -> None:
    """A tag, or an image of another registry, is a usage error."""
    code, output = environment.run("deploy", "--image", image)
    assert code == 2, output


def test_deploy_refuses_an_image_that_was_not_checked(
    environment: ReleaseEnvironment, first: Record, images: ImageFactory
) -> None:
    """Without `--unchecked`, an image without a statement of `check` ends with 10 and is not recorded."""
    before = environment.last()
    code, output = environment.run("deploy", "--image", images.working("without-a-statement"))
    assert code == 10, output
    assert "has no statement that it passed check" in output
    assert environment.last() == before


def test_an_unchecked_release_is_marked(environment: ReleaseEnvironment, first: Record) -> None:
    """The record of an image of these tests has the reason why it was released."""
    assert environment.stable().unchecked == UNCHECKED[1]


def test_accept_without_a_pending_release_is_refused(environment: ReleaseEnvironment, first: Record) -> None:
    """Accept without a pending release ends with 10 and keeps the stable release."""
    before = environment.stable()
    code, output = environment.run("accept")
    assert code == 10, output
    assert environment.stable() == before
