"""accept over an in-memory cluster and with a scripted suite, most of it in virtual time."""

from __future__ import annotations

from typing import NoReturn

import pytest

from prediction_server import Behaviour
from scripted_services import FAILED
from seatrial.errors import HeldError, OutsideError, RefusedError, RolledBackError, UsageError
from served_environment import ServedEnvironment
from virtual_environment import VirtualEnvironment


@pytest.fixture
def second(virtual: VirtualEnvironment) -> VirtualEnvironment:
    """A stable first release, and a pending second one."""
    virtual.release()
    virtual.deploy(virtual.image("b"))
    return virtual


def test_a_good_release_becomes_stable(served: ServedEnvironment) -> None:
    """The release before is superseded, its slot is emptied, the preview Service is deleted."""
    # Two releases over real HTTP, in real time: all other tests of accept use a virtual clock.
    served.release()
    served.deploy(served.image("b"))
    result = served.accept()
    assert result.release == "local-2"
    assert all(check.passed for check in result.verdicts)
    assert served.states == {"local-1": "superseded", "local-2": "stable"}
    assert served.live == "local-2"
    assert ("Deployment", "classifier-blue") not in served.cluster.objects
    assert ("Service", "classifier-preview") not in served.cluster.objects


def test_the_suite_runs_against_the_name_and_the_live_address(second: VirtualEnvironment) -> None:
    """The host name must resolve to the live Service's address; expectations are those of the release."""
    second.accept()
    request = second.runner.requests[-1]
    host = second.settings.environment("local").host
    assert (request.endpoint.url, request.endpoint.address) == (
        f"http://{host}",
        second.cluster.addresses["classifier"],
    )
    assert (request.expectation.release, request.name) == ("local-2", "local-2-live")


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (Behaviour(label="another label"), "no violation under load: wrong prediction"),
        (Behaviour(status=500), "no violation under load: .* requests failed: status 500"),
        (Behaviour(delay=1.5), "no violation under load: .* took longer than 1000 ms"),
        (Behaviour(probability=0.2), "probabilities compared with stable"),
    ],
)
def test_a_bad_live_release_is_switched_back(
    second: VirtualEnvironment, behaviour: Behaviour, reason: str
) -> None:
    """Wrong, failing, slow and different responses send users back to the stable release."""
    if behaviour.label == "cat":
        behaviour.label = second.golden.photos[0].label
    second.behaviours["local-2"] = behaviour
    with pytest.raises(RolledBackError, match=reason):
        second.accept()
    assert second.live == "local-1"
    assert second.states == {"local-1": "stable", "local-2": "switched-back"}
    assert second.reports[-1] == ("local-2", "RolledBackError")


def test_a_failed_suite_is_switched_back(second: VirtualEnvironment) -> None:
    """The suite alone is enough, and its log is in the error."""
    second.runner.report = lambda _: FAILED
    with pytest.raises(RolledBackError, match="golden photos: dog") as caught:
        second.accept()
    assert caught.value.log == "the suite's log"
    assert second.live == "local-1"


def test_a_suite_that_cannot_run_is_switched_back(second: VirtualEnvironment) -> None:
    """A release that cannot be checked does not stay with the users."""

    def fail(_: object) -> NoReturn:
        raise OutsideError("pytest is not installed")

    second.runner.report = fail
    with pytest.raises(RolledBackError, match="pytest is not installed"):
        second.accept()
    assert second.states["local-2"] == "switched-back"


def test_a_first_release_that_fails_leaves_none(virtual: VirtualEnvironment) -> None:
    """There is nothing to return to: the live Service is deleted."""
    virtual.deploy(virtual.image("a"))
    virtual.runner.report = lambda _: FAILED
    with pytest.raises(RolledBackError):
        virtual.accept()
    assert virtual.live == ""
    assert ("Service", "classifier") not in virtual.cluster.objects


def test_without_a_pending_release_it_is_refused(virtual: VirtualEnvironment) -> None:
    """There must be a deploy first."""
    with pytest.raises(RefusedError, match="no release is pending in local"):
        virtual.accept()


def test_a_missing_golden_set_leaves_the_release_pending(second: VirtualEnvironment) -> None:
    """It is not the release's fault; the Lease is kept for the next accept."""
    second.golden_error.append(UsageError("golden set is not in the cache"))
    with pytest.raises(UsageError):
        second.accept()
    assert second.states["local-2"] == "pending"
    second.golden_error.clear()
    with pytest.raises(HeldError, match="local is held by somebody@host/1"):
        second.deploy(second.image("c"))
    assert second.accept().release == "local-2"


def test_a_long_bake_reports_progress(second: VirtualEnvironment, capsys: pytest.CaptureFixture[str]) -> None:
    """The elapsed time and the load's result are printed every 30 seconds."""
    second.configure(bake_seconds=100.0)
    second.accept()
    progress = [
        line.split(":")[0].strip() for line in capsys.readouterr().err.splitlines() if " s of " in line
    ]
    assert progress == ["30 s of 100 s", "60 s of 100 s", "90 s of 100 s"]
