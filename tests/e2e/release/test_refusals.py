"""What is wrong before the switch never meets a user."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.load import Users
from e2e.release.conftest import Trial
from e2e.release.images import Images
from seatrial.release.records import Record


def test_preview_refuses_a_wrong_model(
    trial: Trial, first: Record, images: Images, crowd: Users, answers: Callable[[], list[object]]
) -> None:
    """A model that names photos wrongly is refused by the preview: no user meets it, nothing of it stays."""
    image, before, answered = images.wrong(), trial.stable(), answers()
    with crowd:
        code, output = trial.run("deploy", "--image", image)
    assert code == 10, output
    assert "/predict gives each golden photo its label" in output
    assert (trial.last().state, trial.stable().release) == ("refused", before.release)
    assert trial.pods() == {before.release: trial.target.environment.replicas}
    assert crowd.releases() == [before.release]
    assert (crowd.failed(), crowd.wrong()) == ([], [])
    assert answers() == answered


def test_a_crash_at_start_is_refused_with_its_log(trial: Trial, first: Record, images: Images) -> None:
    """An image that crashes as it starts is refused, and its own last words are shown."""
    before = trial.stable()
    code, output = trial.run("deploy", "--image", images.crashing())
    assert code == 10, output
    assert "no luck today" in output
    assert trial.stable().release == before.release
    assert trial.pods() == {before.release: trial.target.environment.replicas}


def test_an_image_that_does_not_exist_is_refused_at_once(trial: Trial, first: Record, images: Images) -> None:
    """An image that nobody pushed is refused before anything is recorded or started."""
    before = trial.last()
    code, output = trial.run("deploy", "--image", images.absent())
    assert code == 10, output
    assert "there is no image" in output
    assert trial.last() == before


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
