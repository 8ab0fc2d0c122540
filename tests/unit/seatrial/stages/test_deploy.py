"""deploy over an in-memory cluster, a real HTTP server and a scripted suite."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prediction_server import Behaviour
from seatrial.errors import HeldError, OutsideError, RefusedError, RolledBackError, UsageError
from seatrial.image_reference import ImageReference
from seatrial.kube.labels import LIVE
from seatrial.kube.lease import Lease
from seatrial.results import DeployResult
from seatrial.stages.accept import accept
from seatrial.stages.deploy import deploy
from served_environment import FAILED, PASSED, ServedEnvironment


def released(served: ServedEnvironment, reference: ImageReference) -> DeployResult:
    """Deploy an image to `local`."""
    return deploy(served.settings, served.workspace, "local", reference, services=served.services)


def stable(served: ServedEnvironment, letter: str = "a") -> None:
    """Deploy and accept an image."""
    released(served, served.image(letter))
    accept(served.settings, served.workspace, "local", services=served.services)


def test_a_good_candidate_becomes_pending(served: ServedEnvironment) -> None:
    """Users are switched to it, and the suite got what /version must name."""
    reference = served.image("a")
    result = released(served, reference)
    assert (result.release, result.reference, result.slot) == ("local-1", reference, "blue")
    assert served.live == "local-1"
    assert served.states == {"local-1": "pending"}
    (request,) = served.suites.requests
    expected = request.expectation
    assert (expected.release, expected.image, expected.model) == (
        "local-1",
        reference.digest,
        f"sha256:{'d' * 64}",
    )
    assert served.reports == [("local-1", "")]


def test_the_record_has_the_golden_set_and_the_checks(served: ServedEnvironment) -> None:
    """Name, version and digest of the golden set are recorded, and every check of the preview."""
    released(served, served.image("a"))
    (record,) = served.target.records.all()
    assert (record.golden.name, record.golden.version) == (served.golden.name, served.golden.version)
    names = [check.name for check in record.verdicts]
    assert names[0] == "golden photos"
    assert "latency under load" in names


def test_a_second_release_is_compared_with_the_stable_one(served: ServedEnvironment) -> None:
    """The same model is compared by its probabilities with the live probe's baseline."""
    stable(served)
    released(served, served.image("b"))
    record = served.target.records.all()[-1]
    assert record.baseline is not None
    assert record.baseline.release == "local-1"
    assert "probabilities compared with stable" in [check.name for check in record.verdicts]


def test_other_probabilities_of_the_same_model_are_refused(served: ServedEnvironment) -> None:
    """An image whose model gives other probabilities than the same model of the stable release is refused."""
    stable(served)
    served.behaviours["local-2"] = Behaviour(label=served.golden.photos[0].label, probability=0.4)
    with pytest.raises(RefusedError, match="probabilities compared with stable"):
        released(served, served.image("b"))
    assert served.live == "local-1"


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (Behaviour(label="another label"), "predictions under load"),
        (Behaviour(status=500), "local-2 at http://127.0.0.1:.*timed out"),
        (Behaviour(delay=1.5), "no violation under load: .*took longer than 1000 ms"),
    ],
)
def test_a_bad_candidate_is_refused_before_the_switch(
    served: ServedEnvironment, behaviour: Behaviour, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong, failing and slow candidates are removed; users stay on the stable release."""
    # A shorter preview needs fewer slow requests.
    monkeypatch.setattr("seatrial.release.trial.SUITE_SECONDS", 1)
    stable(served)
    served.behaviours["local-2"] = behaviour
    served.suites.report = lambda _: None if behaviour.delay else PASSED
    with pytest.raises(RefusedError, match=reason):
        released(served, served.image("b"))
    assert served.live == "local-1"
    assert served.states == {"local-1": "stable", "local-2": "refused"}
    assert ("Deployment", "classifier-green") not in served.cluster.objects
    assert ("Service", "classifier-preview") not in served.cluster.objects
    assert served.reports[-1] == ("local-2", "RefusedError")


def test_a_failed_suite_is_refused_with_its_log(served: ServedEnvironment) -> None:
    """The first failed check is in the message, the suite's log in the error."""
    served.suites.report = lambda _: FAILED
    with pytest.raises(RefusedError, match="golden photos: dog") as caught:
        released(served, served.image("a"))
    assert caught.value.log == "the suite's log"
    assert served.live == ""
    assert served.states == {"local-1": "refused"}


def test_replicas_that_do_not_become_available_are_refused(served: ServedEnvironment) -> None:
    """A rollout that does not finish in time removes the candidate."""
    stable(served)
    served.cluster.ready = lambda release: release == "local-1"
    with pytest.raises(RefusedError, match="rollout of classifier-green: timed out"):
        released(served, served.image("b"))
    assert served.live == "local-1"


def test_an_address_that_does_not_follow_the_switch_is_rolled_back(served: ServedEnvironment) -> None:
    """Users return to the stable release if new connections do not reach the new one."""
    stable(served)
    preview = served.cluster.addresses["classifier-preview"]

    def respond(service: str) -> Behaviour | None:
        release = served.cluster.selected(service)
        shown = "local-1" if service == LIVE else release
        return Behaviour(label=served.golden.photos[0].label, release=shown) if release else None

    served.respond = respond  # type: ignore[method-assign]
    with pytest.raises(RolledBackError, match="the live address did not follow the switch to local-2"):
        released(served, served.image("b"))
    assert served.live == "local-1"
    assert served.states["local-2"] == "switched-back"
    assert preview


def test_an_image_of_another_working_state_is_refused(served: ServedEnvironment) -> None:
    """Only what was built from this working state and lock is released; nothing is recorded."""
    reference = served.image("a")
    served.images.facts[reference] = replace(served.images.facts[reference], lock_digest="sha256:other")
    with pytest.raises(RefusedError, match="was built from another working state or lock"):
        released(served, reference)
    assert served.states == {}


def test_a_missing_golden_set_changes_nothing(served: ServedEnvironment) -> None:
    """It is found missing before the candidate is recorded."""
    served.golden_error.append(UsageError("golden set is not in the cache"))
    with pytest.raises(UsageError, match="golden set"):
        released(served, served.image("a"))
    assert served.states == {}


def test_a_held_environment_is_refused(served: ServedEnvironment) -> None:
    """Another deployer's Lease is respected."""
    other = Lease(served.cluster, "local", 60, "other@host/2")
    with other.hold(), pytest.raises(HeldError, match="local is held by other@host/2"):
        released(served, served.image("a"))
    assert served.states == {}


def test_an_interrupted_deploy_is_undone_by_the_next(served: ServedEnvironment) -> None:
    """A pending release whose deployer ended is switched back before the next one starts."""
    stable(served)
    released(served, served.image("b"))
    lease = served.cluster.objects[("Lease", "seatrial")]
    lease["spec"]["renewTime"] = "2020-01-01T00:00:00.000000Z"
    result = released(served, served.image("c"))
    assert result.release == "local-3"
    assert served.states == {"local-1": "stable", "local-2": "switched-back", "local-3": "pending"}
    assert ("local-2", "") in served.reports


def test_ctrl_c_during_the_preview_removes_the_candidate(served: ServedEnvironment) -> None:
    """An interruption is undone on the way out."""
    stable(served)

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    served.suites.report = interrupt
    with pytest.raises(KeyboardInterrupt):
        released(served, served.image("b"))
    assert served.live == "local-1"
    assert served.states["local-2"] == "refused"


def test_a_suite_that_cannot_run_refuses_the_candidate(served: ServedEnvironment) -> None:
    """An error of the suite runner is not a pass."""

    def fail(_: object) -> None:
        raise OutsideError("pytest is not installed")

    served.suites.report = fail
    with pytest.raises(RefusedError, match="pytest is not installed"):
        released(served, served.image("a"))
    assert served.states == {"local-1": "refused"}
