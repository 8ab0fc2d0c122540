"""What preview and bake send, compare and let the suite check. All in virtual time."""

from __future__ import annotations

import pytest

from prediction_server import Behaviour
from seatrial.errors import RefusedError, RolledBackError
from seatrial.kube.labels import LIVE
from virtual_environment import VirtualEnvironment

LATENCY = "latency compared with stable"


def test_latency_is_compared_with_the_stable_release_on_the_live_address_only(
    virtual: VirtualEnvironment,
) -> None:
    """A release of four times the latency passes its preview, which the suite loads, and fails its bake."""
    virtual.release()
    virtual.behaviours["local-2"] = Behaviour(label=virtual.golden.photos[0].label, delay=0.4)
    virtual.behaviours["local-1"] = Behaviour(label=virtual.golden.photos[0].label, delay=0.1)
    virtual.deploy(virtual.image("b"))
    record = virtual.target.records.all()[-1]
    assert record.baseline is not None
    assert record.baseline.comparable
    assert LATENCY not in [check.name for check in record.verdicts]
    with pytest.raises(RolledBackError, match="took longer than 300 ms"):
        virtual.accept()
    assert virtual.live == "local-1"


def test_a_baseline_without_enough_latencies_is_refused_before_the_switch(
    virtual: VirtualEnvironment,
) -> None:
    """If the comparison is demanded, users are not sent to a release whose bake could not compare it."""
    virtual.release()
    virtual.runner.seconds = 0.1
    virtual.configure(demand_comparison=True, load_per_second=50.0)
    with pytest.raises(RefusedError, match=f"{LATENCY}: not judged, because there are too few responses"):
        virtual.deploy(virtual.image("b"))
    assert virtual.states == {"local-1": "stable", "local-2": "refused"}


def test_the_latency_of_an_accepted_release_is_recorded_as_compared(virtual: VirtualEnvironment) -> None:
    """The live checks name the comparison, with the stable release's latency."""
    virtual.release()
    virtual.deploy(virtual.image("b"))
    (check,) = [each for each in virtual.accept().verdicts if each.name == LATENCY]
    assert check.passed
    assert "1.0 x of local-1's 10 ms, limit 3 x" in check.detail


def test_the_live_load_uses_the_environments_host_name(virtual: VirtualEnvironment) -> None:
    """Requests of the bake have the Host header that users send."""
    virtual.deploy(virtual.image("a"))
    virtual.accept()
    sent = virtual.client.to(LIVE, "predict")
    assert {request.release for request in sent} == {"local-1"}
    assert {request.headers.get("Host") for request in sent} == {"local.test"}


def test_the_live_probe_uses_the_environments_host_name(virtual: VirtualEnvironment) -> None:
    """Requests to the stable release during a deploy have the Host header that users send."""
    virtual.release()
    virtual.client.sent.clear()
    virtual.deploy(virtual.image("b"))
    sent = virtual.client.to(LIVE, "predict")
    assert sent[0].release == "local-1"
    assert {request.headers.get("Host") for request in sent} == {"local.test"}


@pytest.mark.parametrize(("bake", "requests"), [(60, 60), (0, 10)])
def test_the_live_load_lasts_as_long_as_the_bake(
    virtual: VirtualEnvironment, monkeypatch: pytest.MonkeyPatch, bake: float, requests: int
) -> None:
    """A window longer than the limit of requests has load to its end; without one, the suite has load."""
    monkeypatch.setattr("seatrial.analysis.load.MAX_REQUESTS", 20)
    virtual.deploy(virtual.image("a"))
    virtual.configure(bake_seconds=bake)
    virtual.client.sent.clear()
    virtual.accept()
    assert requests <= len(virtual.client.to(LIVE, "predict")) <= requests + 5


def test_the_suite_gets_the_golden_set_and_the_expectation(virtual: VirtualEnvironment) -> None:
    """Preview and bake check the release's own golden set, release, image and model."""
    reference = virtual.image("a")
    virtual.deploy(reference)
    virtual.accept()
    preview, live = virtual.runner.requests
    assert preview.golden == live.golden == virtual.golden.photos[0].path.parent
    assert preview.expectation == live.expectation
    expected = live.expectation
    assert (expected.release, expected.image, expected.model) == (
        "local-1",
        reference.digest,
        f"sha256:{'d' * 64}",
    )
