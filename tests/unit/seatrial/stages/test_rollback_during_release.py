"""A rollback while another deployer works: it stops and undoes its release. All in virtual time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seatrial.errors import RefusedError, RolledBackError
from seatrial.kube.labels import PREVIEW
from seatrial.recovery_results import RollbackResult
from seatrial.release.attempt import Attempt
from seatrial.runtime import Task
from seatrial.stages.rollback import rollback
from virtual_environment import VirtualEnvironment


@pytest.fixture
def pending(virtual: VirtualEnvironment) -> VirtualEnvironment:
    """A stable release and a pending one; the bake takes ten minutes."""
    virtual.configure(bake_seconds=600.0)
    virtual.release("a")
    virtual.deploy(virtual.image("b"))
    return virtual


def on_call(virtual: VirtualEnvironment, after: float) -> Task[tuple[RollbackResult, float]]:
    """Run a rollback in the background after some seconds; its result has the time that it took."""
    services = replace(virtual.services, user=lambda: "oncall@host/9")

    def run() -> tuple[RollbackResult, float]:
        virtual.clock.sleep(after)
        start = virtual.clock.monotonic()
        result = rollback(virtual.settings, virtual.workspace, "local", services, why="wrong labels")
        return result, virtual.clock.monotonic() - start

    return virtual.clock.start(run)


def test_an_accept_that_bakes_stops_and_switches_back(pending: VirtualEnvironment) -> None:
    """Users are back within 10 s; accept ends with 20 and names who asked; the release is on hold."""
    rolling_back = on_call(pending, after=30)
    with pytest.raises(RolledBackError, match="stopped: oncall@host/9 rolls back: wrong labels"):
        pending.accept()
    result, seconds = rolling_back.result()
    assert (result.release, result.replaced) == ("local-1", "local-2")
    assert seconds < 10
    assert pending.live == "local-1"
    assert pending.states == {"local-1": "stable", "local-2": "switched-back"}
    assert pending.target.records.all()[-1].hold


def test_a_deploy_stops_while_the_preview_has_no_address(pending: VirtualEnvironment) -> None:
    """Users are back within 10 s, though the load balancer would have ten minutes more."""
    pending.rollback()
    pending.configure(address_seconds=600.0, preview_path="load-balancer")
    pending.cluster.addresses[PREVIEW] = ""
    rolling_back = on_call(pending, after=30)
    with pytest.raises(RefusedError, match="stopped: oncall@host/9 rolls back"):
        pending.deploy(pending.image("c", model="f"))
    _, seconds = rolling_back.result()
    assert seconds < 10
    assert pending.live == "local-1"


@pytest.mark.parametrize("after", [0.1, 5, 9])
def test_a_deploy_stops_before_the_switch(pending: VirtualEnvironment, after: float) -> None:
    """Its candidate is removed; no user was affected, and the stable release is not rolled back."""
    pending.rollback()
    rolling_back = on_call(pending, after)
    with pytest.raises((RefusedError, RolledBackError)):
        pending.deploy(pending.image("c", model="f"))
    result, seconds = rolling_back.result()
    assert (result.release, result.replaced) == ("local-1", "local-3")
    assert seconds < 10
    assert pending.live == "local-1"


def test_a_deploy_that_is_stopped_right_before_the_switch_ends_10(
    pending: VirtualEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No user was affected, so it is no release that was rolled back."""
    pending.rollback()

    def stopped(_: Attempt) -> str:
        raise RefusedError("stopped: oncall@host/9 rolls back", "make history")

    monkeypatch.setattr(Attempt, "switch", stopped)
    with pytest.raises(RefusedError, match="local-3 is removed before the switch: stopped: oncall"):
        pending.deploy(pending.image("c", model="f"))
    assert pending.states["local-3"] == "refused"
