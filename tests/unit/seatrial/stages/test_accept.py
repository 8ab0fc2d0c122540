"""accept over an in-memory cluster, a real HTTP server and a scripted suite."""

from __future__ import annotations

import pytest

from prediction_server import Behaviour
from scripted_services import FAILED, PASSED
from seatrial import console
from seatrial.errors import OutsideError, RefusedError, RolledBackError, UsageError
from served_environment import ServedEnvironment


@pytest.fixture
def second(served: ServedEnvironment) -> ServedEnvironment:
    """A stable first release, and a pending second one."""
    served.release()
    served.deploy(served.image("b"))
    return served


def test_a_good_release_becomes_stable(second: ServedEnvironment) -> None:
    """The release before is superseded, its slot is emptied, the preview Service is deleted."""
    result = second.accept()
    assert result.release == "local-2"
    assert all(check.passed for check in result.verdicts)
    assert second.states == {"local-1": "superseded", "local-2": "stable"}
    assert second.live == "local-2"
    assert ("Deployment", "classifier-blue") not in second.cluster.objects
    assert ("Service", "classifier-preview") not in second.cluster.objects


def test_the_suite_runs_against_the_name_and_the_live_address(second: ServedEnvironment) -> None:
    """The host name must resolve to the live Service's address; expectations are those of the release."""
    second.accept()
    request = second.suites.requests[-1]
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
    second: ServedEnvironment, behaviour: Behaviour, reason: str
) -> None:
    """Wrong, failing, slow and different responses send users back to the stable release."""
    if behaviour.label == "cat":
        behaviour.label = second.golden.photos[0].label
    second.behaviours["local-2"] = behaviour
    second.suites.report = lambda _: None if behaviour.delay else PASSED
    with pytest.raises(RolledBackError, match=reason):
        second.accept()
    assert second.live == "local-1"
    assert second.states == {"local-1": "stable", "local-2": "switched-back"}
    assert second.reports[-1] == ("local-2", "RolledBackError")


def test_a_failed_suite_is_switched_back(second: ServedEnvironment) -> None:
    """The suite alone is enough, and its log is in the error."""
    second.suites.report = lambda _: FAILED
    with pytest.raises(RolledBackError, match="golden photos: dog") as caught:
        second.accept()
    assert caught.value.log == "the suite's log"
    assert second.live == "local-1"


def test_a_suite_that_cannot_run_is_switched_back(second: ServedEnvironment) -> None:
    """A release that cannot be checked does not stay with the users."""

    def fail(_: object) -> None:
        raise OutsideError("pytest is not installed")

    second.suites.report = fail
    with pytest.raises(RolledBackError, match="pytest is not installed"):
        second.accept()
    assert second.states["local-2"] == "switched-back"


def test_a_first_release_that_fails_leaves_none(served: ServedEnvironment) -> None:
    """There is nothing to return to: the live Service is deleted."""
    served.deploy(served.image("a"))
    served.suites.report = lambda _: FAILED
    with pytest.raises(RolledBackError):
        served.accept()
    assert served.live == ""
    assert ("Service", "classifier") not in served.cluster.objects


def test_without_a_pending_release_it_is_refused(served: ServedEnvironment) -> None:
    """There must be a deploy first."""
    with pytest.raises(RefusedError, match="no release is pending in local"):
        served.accept()


def test_a_missing_golden_set_leaves_the_release_pending(second: ServedEnvironment) -> None:
    """It is not the release's fault; the Lease is kept for the next accept."""
    second.golden_error.append(UsageError("golden set is not in the cache"))
    with pytest.raises(UsageError):
        second.accept()
    assert second.states["local-2"] == "pending"
    second.golden_error.clear()
    assert second.accept().release == "local-2"


def test_a_long_bake_reports_progress(
    second: ServedEnvironment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The elapsed time and the load's result are printed at intervals."""
    monkeypatch.setattr(console, "PROGRESS_SECONDS", 0.1)
    second.accept()
    assert " of 0 s: " in capsys.readouterr().err
