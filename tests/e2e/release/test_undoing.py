"""A pending release, undone by hand; and what hands did meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.load import Users
from e2e.release.conftest import Trial
from e2e.release.images import Images
from e2e.release.intact import differences
from e2e.release.machine import administer
from e2e.release.troubles import stable_edited, stable_paused
from seatrial.release.record import Record


def test_a_pending_release_is_undone_by_hand(trial: Trial, first: Record, images: Images) -> None:
    """Rollback undoes a pending release, although no promise of it was broken."""
    before = trial.stable()
    code, output = trial.run("deploy", "--image", images.honest("unwanted"))
    assert code == 0, output
    code, output = trial.run("rollback")
    assert code == 0, output
    assert (trial.last().state, trial.stable().release) == ("switched-back", before.release)
    assert trial.pods() == {before.release: trial.target.environment.replicas}


@pytest.mark.faults
def test_rollback_takes_back_what_hands_did_to_the_live_service(
    trial: Trial, first: Record, images: Images, answers: Callable[[], list[object]]
) -> None:
    """A Service that a hand pointed at nobody reaches the stable release again after a rollback."""
    answered = answers()
    code, output = trial.run("deploy", "--image", images.honest("service-by-hand"))
    assert code == 0, output
    by_hand = '{"spec": {"selector": {"changed": "by-hand"}, "type": "NodePort"}}'
    namespace = trial.target.environment.namespace
    administer(trial, "patch", "service", "classifier", "-n", namespace, "-p", by_hand)
    code, output = trial.run("rollback")
    assert code == 0, output
    assert differences(trial) == []
    assert answers() == answered


@pytest.mark.faults
def test_a_release_replaces_what_hands_did(trial: Trial, first: Record, images: Images, crowd: Users) -> None:
    """Where the stable release was edited and paused by hand, the next release is as clean as any."""
    with stable_edited(trial), stable_paused(trial), crowd:
        code, output = trial.release(images.honest("after-hands"))
    assert code == 0, output
    assert differences(trial) == []
    assert trial.pods() == {trial.stable().release: trial.target.environment.replicas}
    assert (crowd.failed(), crowd.wrong()) == ([], [])
