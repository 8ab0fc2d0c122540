"""accept when it is interrupted, or after an interrupted deploy. All in virtual time."""

from __future__ import annotations

import pytest

from memory_target import unfenced_records
from seatrial.errors import RefusedError
from seatrial.release.attempt import begin
from virtual_environment import VirtualEnvironment


def test_ctrl_c_during_the_bake_switches_back(virtual: VirtualEnvironment) -> None:
    """Users return to the stable release, and the record has the reason."""
    virtual.release()
    virtual.deploy(virtual.image("b"))

    def interrupt() -> None:
        raise KeyboardInterrupt

    virtual.runner.at_end = interrupt
    with pytest.raises(KeyboardInterrupt):
        virtual.accept()
    assert virtual.live == "local-1"
    record = virtual.target.records.all()[-1]
    assert (record.state, record.history[-1].detail) == ("switched-back", "interrupted: KeyboardInterrupt")
    assert ("Deployment", "classifier-green") not in virtual.cluster.objects


def test_a_candidate_that_was_not_switched_is_removed_by_accept(virtual: VirtualEnvironment) -> None:
    """No release is pending then: accept is refused, and what the interrupted deploy left is undone."""
    virtual.release()
    target = virtual.target
    with target.hold():
        begin(target, virtual.images.facts[virtual.image("b")]).start()
    with pytest.raises(RefusedError, match="no release is pending in local"):
        virtual.accept()
    assert virtual.states == {"local-1": "stable", "local-2": "refused"}
    assert ("Deployment", "classifier-green") not in virtual.cluster.objects
    assert ("Service", "classifier-preview") not in virtual.cluster.objects
    assert virtual.live == "local-1"


def test_an_accept_that_was_interrupted_between_records_is_completed(virtual: VirtualEnvironment) -> None:
    """If two releases are recorded as stable, the next accept supersedes both."""
    virtual.release("a")
    virtual.release("b")
    records = unfenced_records(virtual.target)
    records.move(records.all()[0], "stable")
    virtual.release("c")
    assert virtual.states == {"local-1": "superseded", "local-2": "superseded", "local-3": "stable"}
