"""deploy when another deployer is active, was interrupted, or when it is interrupted itself."""

from __future__ import annotations

import pytest

from prediction_server import Behaviour
from seatrial.errors import HeldError, OutsideError, RefusedError
from seatrial.kube.labels import LIVE
from seatrial.kube.lease import Lease
from served_environment import ServedEnvironment
from virtual_environment import VirtualEnvironment


def test_a_held_environment_is_refused(served: ServedEnvironment) -> None:
    """Another deployer's Lease is respected."""
    other = Lease(served.cluster, "local", 60, "other@host/2")
    with other.hold(), pytest.raises(HeldError, match="local is held by other@host/2"):
        served.deploy(served.image("a"))
    assert served.states == {}


def test_an_interrupted_deploy_is_undone_by_the_next(virtual: VirtualEnvironment) -> None:
    """A pending release whose deployer ended is switched back before the next one starts."""
    virtual.release()
    virtual.deploy(virtual.image("b"))
    lease = virtual.cluster.objects[("Lease", "seatrial")]
    lease["spec"]["renewTime"] = "2020-01-01T00:00:00.000000Z"
    result = virtual.deploy(virtual.image("c"))
    assert result.release == "local-3"
    assert virtual.states == {"local-1": "stable", "local-2": "switched-back", "local-3": "pending"}
    assert ("local-2", "") in virtual.reports


def test_ctrl_c_during_the_preview_removes_the_candidate(served: ServedEnvironment) -> None:
    """An interruption is undone on the way out."""
    served.release()

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    served.suites.report = interrupt
    with pytest.raises(KeyboardInterrupt):
        served.deploy(served.image("b"))
    assert served.live == "local-1"
    assert served.states["local-2"] == "refused"


def test_ctrl_c_during_the_switch_switches_back(virtual: VirtualEnvironment) -> None:
    """Users that may have reached the candidate are back on the stable release."""
    virtual.release()
    respond = virtual.respond

    def interrupt(service: str) -> Behaviour | None:
        behaviour = respond(service)
        if service == LIVE and behaviour and behaviour.release == "local-2":
            raise KeyboardInterrupt
        return behaviour

    virtual.respond = interrupt  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        virtual.deploy(virtual.image("b"))
    assert virtual.live == "local-1"
    assert virtual.states == {"local-1": "stable", "local-2": "switched-back"}


def test_a_suite_that_cannot_run_refuses_the_candidate(served: ServedEnvironment) -> None:
    """An error of the suite runner is not a pass."""

    def fail(_: object) -> None:
        raise OutsideError("pytest is not installed")

    served.suites.report = fail
    with pytest.raises(RefusedError, match="pytest is not installed"):
        served.deploy(served.image("a"))
    assert served.states == {"local-1": "refused"}
