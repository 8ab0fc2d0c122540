"""The stage settle after a deployer that was killed. All in virtual time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scripted_services import FAILED
from seatrial.errors import HeldError, OutsideError, RolledBackError
from seatrial.kube.lease import Lease
from seatrial.recovery_results import SettleResult
from seatrial.release.attempt import begin
from seatrial.stages.settle import settle
from virtual_environment import LEASE_SECONDS, VirtualEnvironment


class KilledError(BaseException):
    """The process is killed: none of its cleanup has an effect."""


def settled(virtual: VirtualEnvironment) -> SettleResult:
    """Run settle in the environment `local`."""
    return settle(virtual.settings, virtual.workspace, "local", virtual.services)


def test_without_unfinished_releases_nothing_changes(virtual: VirtualEnvironment) -> None:
    """The stable release serves as before."""
    virtual.release()
    result = settled(virtual)
    assert (result.release, result.settled) == ("local-1", ())
    assert virtual.live == "local-1"


def test_a_pending_release_is_baked_and_accepted(virtual: VirtualEnvironment) -> None:
    """The Lease that deploy keeps for accept is adopted without waiting."""
    virtual.deploy(virtual.image("a"))
    start = virtual.clock.monotonic()
    result = settled(virtual)
    assert (result.release, result.settled) == ("local-1", ("local-1 is stable",))
    assert virtual.clock.monotonic() - start < LEASE_SECONDS


def test_a_pending_release_that_fails_is_switched_back(virtual: VirtualEnvironment) -> None:
    """As accept would."""
    virtual.release("a")
    virtual.deploy(virtual.image("b"))
    virtual.runner.report = lambda _: FAILED
    with pytest.raises(RolledBackError, match="local-2 failed a check"):
        settled(virtual)
    assert (virtual.live, virtual.states["local-2"]) == ("local-1", "switched-back")


def test_a_pending_release_that_cannot_be_checked_is_switched_back(virtual: VirtualEnvironment) -> None:
    """Nobody else watches it: it does not stay pending, as it does after accept."""
    virtual.release("a")
    virtual.deploy(virtual.image("b"))
    virtual.golden_error.append(OutsideError("the store does not respond"))
    with pytest.raises(RolledBackError, match="local-2 could not be checked: the store does not respond"):
        settled(virtual)
    assert (virtual.live, virtual.states["local-2"]) == ("local-1", "switched-back")


def test_a_candidate_is_removed_once_the_lease_has_expired(virtual: VirtualEnvironment) -> None:
    """The Lease of the killed deployer is waited for."""
    virtual.release("a")
    target = virtual.target
    holds = target.lease.hold()
    holds.__enter__()
    begin(target, virtual.images.facts[virtual.image("b")]).start()
    # A killed process does not renew its Lease.
    virtual.cluster.objects["Lease", "seatrial"]["spec"]["holderIdentity"] = "killed@ci/3"
    result = settled(virtual)
    assert result.settled == ("local-2 is refused",)
    assert ("Deployment", "classifier-green") not in virtual.cluster.objects
    assert ("Service", "classifier-preview") not in virtual.cluster.objects


def interrupted_before(virtual: VirtualEnvironment, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """Interrupt the next accept or rollback before a call of the cluster."""
    method, name = call.split()
    original: Callable[..., object] = getattr(virtual.cluster, method)

    def kill_before(kind: str, *rest: object, **options: object) -> object:
        if name in (kind, *(each for each in rest if isinstance(each, str))):
            raise KilledError
        return original(kind, *rest, **options)

    monkeypatch.setattr(virtual.cluster, method, kill_before)


def test_what_an_interrupted_accept_left_is_removed(
    virtual: VirtualEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The release is stable, but the slot of the one before is not empty yet."""
    virtual.release("a")
    virtual.deploy(virtual.image("b"))
    with monkeypatch.context() as patch:
        interrupted_before(virtual, patch, "delete classifier-blue")
        with pytest.raises(KilledError):
            virtual.accept()
    assert ("Deployment", "classifier-blue") in virtual.cluster.objects
    settled(virtual)
    assert ("Deployment", "classifier-blue") not in virtual.cluster.objects
    assert virtual.states == {"local-1": "superseded", "local-2": "stable"}


def test_a_deployer_that_works_is_not_disturbed(virtual: VirtualEnvironment) -> None:
    """With a living holder settle ends with code 12."""
    virtual.release("a")
    other = Lease(virtual.cluster, "local", LEASE_SECONDS, "other@host/2", virtual.clock)
    with other.hold(), pytest.raises(HeldError, match="other@host/2"):
        settled(virtual)
    assert virtual.live == "local-1"
