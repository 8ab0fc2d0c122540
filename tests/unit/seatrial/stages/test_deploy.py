"""deploy over an in-memory cluster: with a real HTTP server, or in virtual time where it waits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prediction_server import Behaviour
from scripted_services import FAILED
from seatrial.errors import RefusedError, RolledBackError, UsageError
from seatrial.kube.labels import LIVE
from served_environment import ServedEnvironment
from virtual_environment import VirtualEnvironment


def test_a_good_candidate_becomes_pending(served: ServedEnvironment) -> None:
    """Users are switched to it, and the suite got what /version must name."""
    reference = served.image("a")
    result = served.deploy(reference)
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
    served.deploy(served.image("a"))
    (record,) = served.target.records.all()
    assert (record.golden.name, record.golden.version) == (served.golden.name, served.golden.version)
    names = [check.name for check in record.verdicts]
    assert names[0] == "golden photos"
    assert "latency under load" in names


def test_a_second_release_is_compared_with_the_stable_one(virtual: VirtualEnvironment) -> None:
    """The same model is compared by its probabilities with the live probe's baseline."""
    virtual.release()
    virtual.deploy(virtual.image("b"))
    record = virtual.target.records.all()[-1]
    assert record.baseline is not None
    assert record.baseline.release == "local-1"
    assert "probabilities compared with stable" in [check.name for check in record.verdicts]


def test_other_probabilities_of_the_same_model_are_refused(virtual: VirtualEnvironment) -> None:
    """An image whose model gives other probabilities than the same model of the stable release is refused."""
    virtual.release()
    virtual.behaviours["local-2"] = Behaviour(label=virtual.golden.photos[0].label, probability=0.4)
    with pytest.raises(RefusedError, match="probabilities compared with stable"):
        virtual.deploy(virtual.image("b"))
    assert virtual.live == "local-1"


def unjudged(virtual: VirtualEnvironment) -> dict[str, str]:
    """Return the checks of the last release that were not judged, with the reason of each."""
    checks = virtual.target.records.all()[-1].verdicts
    return {check.name: check.detail for check in checks if check.status == "not judged"}


def test_other_probabilities_of_another_model_are_not_judged(virtual: VirtualEnvironment) -> None:
    """Two models need not agree, so only the golden set decides about a new model, even with a demand."""
    virtual.release()
    virtual.configure(demand_comparison=True, preview_path="load-balancer")
    virtual.behaviours["local-2"] = Behaviour(label=virtual.golden.photos[0].label, probability=0.4)
    virtual.deploy(virtual.image("b", model="e"))
    record = virtual.target.records.all()[-1]
    assert record.baseline is not None
    assert record.baseline.probabilities == {}
    why = "not judged, because local-1 has another model"
    assert unjudged(virtual) == {"probabilities compared with stable": why}


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (Behaviour(label="another label"), "predictions under load"),
        (Behaviour(status=500), "local-2 at http://198.51.100.2: timed out"),
        (Behaviour(delay=1.5), "no violation under load: .*took longer than 1000 ms"),
    ],
)
def test_a_bad_candidate_is_refused_before_the_switch(
    virtual: VirtualEnvironment, behaviour: Behaviour, reason: str
) -> None:
    """Wrong, failing and slow candidates are removed; users stay on the stable release."""
    virtual.configure(preview_path="load-balancer")
    virtual.release()
    virtual.behaviours["local-2"] = behaviour
    virtual.runner.seconds = 60
    with pytest.raises(RefusedError, match=reason):
        virtual.deploy(virtual.image("b"))
    assert virtual.live == "local-1"
    assert virtual.states == {"local-1": "stable", "local-2": "refused"}
    assert ("Deployment", "classifier-green") not in virtual.cluster.objects
    assert ("Service", "classifier-preview") not in virtual.cluster.objects
    assert virtual.reports[-1] == ("local-2", "RefusedError")


def test_a_failed_suite_is_refused_with_its_log(served: ServedEnvironment) -> None:
    """The first failed check is in the message, the suite's log in the error."""
    served.suites.report = lambda _: FAILED
    with pytest.raises(RefusedError, match="golden photos: dog") as caught:
        served.deploy(served.image("a"))
    assert caught.value.log == "the suite's log"
    (record,) = served.target.records.all()
    assert [check.name for check in record.verdicts if not check.passed] == ["golden photos"]
    assert served.live == ""
    assert served.states == {"local-1": "refused"}


def test_replicas_that_do_not_become_available_are_refused(virtual: VirtualEnvironment) -> None:
    """A rollout that does not finish in time removes the candidate."""
    virtual.release()
    virtual.cluster.ready = lambda release: release == "local-1"
    with pytest.raises(RefusedError, match="rollout of classifier-green: timed out"):
        virtual.deploy(virtual.image("b"))
    assert virtual.live == "local-1"


def test_an_address_that_does_not_follow_the_switch_is_rolled_back(virtual: VirtualEnvironment) -> None:
    """Users return to the stable release if new connections do not reach the new one."""
    virtual.configure(preview_path="load-balancer")
    virtual.release()

    def respond(service: str) -> Behaviour | None:
        release = virtual.cluster.selected(service)
        shown = "local-1" if service == LIVE else release
        return Behaviour(label=virtual.golden.photos[0].label, release=shown) if release else None

    virtual.respond = respond  # type: ignore[method-assign]
    with pytest.raises(RolledBackError, match="the live address did not follow the switch to local-2"):
        virtual.deploy(virtual.image("b"))
    assert virtual.live == "local-1"
    assert virtual.states["local-2"] == "switched-back"


def test_an_image_of_another_working_state_is_refused(served: ServedEnvironment) -> None:
    """Only what was built from this working state and lock is released; nothing is recorded."""
    reference = served.image("a")
    served.images.facts[reference] = replace(served.images.facts[reference], lock_digest="sha256:other")
    with pytest.raises(RefusedError, match="was built from another working state or lock"):
        served.deploy(reference)
    assert served.states == {}


def test_a_missing_golden_set_changes_nothing(served: ServedEnvironment) -> None:
    """It is found missing before the candidate is recorded."""
    served.golden_error.append(UsageError("golden set is not in the cache"))
    with pytest.raises(UsageError, match="golden set"):
        served.deploy(served.image("a"))
    assert served.states == {}


def test_a_missing_baseline_is_reported(
    virtual: VirtualEnvironment, capsys: pytest.CaptureFixture[str]
) -> None:
    """If the live probe has no response, the comparison is a row that is not judged, and is printed."""
    virtual.configure(preview_path="load-balancer")
    virtual.release()
    virtual.behaviours["local-1"] = Behaviour(status=503)
    virtual.deploy(virtual.image("b"))
    assert unjudged(virtual) == {
        "probabilities compared with stable": "not judged, because the live probe has no response of local-1"
    }
    assert "not judged, because the live probe has no response of local-1" in capsys.readouterr().err


def test_a_demanded_comparison_that_is_missing_is_refused(virtual: VirtualEnvironment) -> None:
    """With `demand_comparison` a release without a baseline is refused like one that failed a check."""
    virtual.release()
    virtual.configure(demand_comparison=True)
    virtual.behaviours["local-1"] = Behaviour(status=503)
    with pytest.raises(RefusedError, match="the live probe has no response of local-1; demand_comparison"):
        virtual.deploy(virtual.image("b"))
    assert virtual.states["local-2"] == "refused"


def test_a_first_release_has_nothing_to_be_compared_with(virtual: VirtualEnvironment) -> None:
    """It is not judged, and a demand does not refuse it: there is no stable release yet."""
    virtual.configure(demand_comparison=True)
    virtual.release()
    why = "not judged, because no release has been stable yet"
    assert unjudged(virtual) == {
        "latency compared with stable": why,
        "probabilities compared with stable": why,
    }
