"""The preview of a candidate through the API server, and at a load balancer's address. In virtual time."""

from __future__ import annotations

import pytest

from prediction_server import Behaviour
from seatrial.errors import OutsideError, RefusedError
from seatrial.kube.labels import LIVE, PREVIEW
from seatrial.kube.protocol import Manifest, UnreachableError
from seatrial.release.preview_path import PreviewPathError
from virtual_environment import VirtualEnvironment

LOST = "the connection to pod a was lost"
MESSAGE = f"preview of local-2 failed, it is removed: the path through the API server failed: {LOST}"


def break_path(virtual: VirtualEnvironment, times: int, *, permanent: bool = False) -> None:
    """Release local-1, then break each of the next paths."""
    virtual.release()
    virtual.paths.opened.clear()
    virtual.paths.errors = [PreviewPathError(LOST, permanent=permanent)] * times


def deploy_fails(virtual: VirtualEnvironment, kind: type[OutsideError | RefusedError]) -> str:
    """Deploy local-2, which must be removed without a user being sent to it; return the message."""
    with pytest.raises(kind) as caught:
        virtual.deploy(virtual.image("b"))
    assert type(caught.value) is kind
    assert virtual.live == "local-1"
    assert virtual.states == {"local-1": "stable", "local-2": "refused"}
    assert ("Deployment", "classifier-green") not in virtual.cluster.objects
    return caught.value.message


def test_a_preview_needs_no_service(virtual: VirtualEnvironment) -> None:
    """Suite and load use one path to the release's slot; no second load balancer is created."""
    virtual.deploy(virtual.image("a"))
    (request,) = virtual.paths.opened
    assert (request.namespace, request.slot, request.release) == ("local", "blue", "local-1")
    assert virtual.runner.requests[0].endpoint.url == "http://198.51.100.2"
    assert {each.release for each in virtual.client.to(PREVIEW, "predict")} == {"local-1"}
    assert f"apply Service {PREVIEW}" not in virtual.cluster.calls


def test_a_load_balancer_is_a_setting(virtual: VirtualEnvironment) -> None:
    """With it the preview has a Service and an address, and no path is opened."""
    virtual.configure(preview_path="load-balancer")
    virtual.deploy(virtual.image("a"))
    assert f"apply Service {PREVIEW}" in virtual.cluster.calls
    assert virtual.paths.opened == []


def test_latency_through_the_api_server_is_not_judged(virtual: VirtualEnvironment) -> None:
    """A candidate that is slow there passes its preview, and the check shows that it was not judged."""
    virtual.release()
    virtual.behaviours["local-2"] = Behaviour(label=virtual.golden.photos[0].label, delay=1.5)
    virtual.deploy(virtual.image("b"))
    checks = virtual.target.records.all()[-1].verdicts
    (check,) = [each for each in checks if each.name == "latency under load"]
    assert check.status == "not judged"
    assert check.reason == "because the preview path goes through the API server (p95 1500 ms)"


def test_a_broken_path_is_no_failure_of_the_candidate(virtual: VirtualEnvironment) -> None:
    """The candidate is removed, but the error is one of the outside, not that of a check."""
    break_path(virtual, 3)
    started = virtual.clock.monotonic()
    assert deploy_fails(virtual, OutsideError) == MESSAGE
    assert len(virtual.paths.opened) == 3
    assert virtual.reports[-1] == ("local-2", "OutsideError")
    # Each attempt ended when the path broke, not with the suite.
    assert virtual.clock.monotonic() - started < 3 * virtual.runner.seconds


def test_a_path_that_breaks_before_the_first_response_ends_the_wait(virtual: VirtualEnvironment) -> None:
    """Nobody waits `address_seconds` for a candidate behind a broken path."""
    break_path(virtual, 3)
    virtual.paths.seconds = 0
    started = virtual.clock.monotonic()
    assert deploy_fails(virtual, OutsideError) == MESSAGE
    assert virtual.clock.monotonic() - started < virtual.target.environment.address_seconds


def test_suite_and_load_run_again_on_a_new_path(virtual: VirtualEnvironment) -> None:
    """After two broken paths the third attempt decides."""
    break_path(virtual, 2)
    virtual.deploy(virtual.image("b"))
    assert len(virtual.paths.opened) == 3
    assert virtual.live == "local-2"
    assert all(check.passed for check in virtual.target.records.all()[-1].verdicts)


def test_a_missing_permission_is_not_tried_again(virtual: VirtualEnvironment) -> None:
    """An error that another attempt would repeat ends the preview at once."""
    break_path(virtual, 3, permanent=True)
    assert deploy_fails(virtual, OutsideError) == MESSAGE
    assert len(virtual.paths.opened) == 1


def test_what_the_candidate_breaks_on_a_working_path_is_refused(virtual: VirtualEnvironment) -> None:
    """A wrong label is the candidate's, also if the path broke in the attempt before."""
    break_path(virtual, 1)
    virtual.behaviours["local-2"] = Behaviour(label="another label")
    assert "predictions under load" in deploy_fails(virtual, RefusedError)
    assert len(virtual.paths.opened) == 2


def test_an_api_server_that_stays_away_is_an_error_of_the_path(
    virtual: VirtualEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two attempts the release waits for the API server; without a response the path has failed."""
    break_path(virtual, 1)
    get, away = virtual.cluster.get, []

    def fail_once(kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        if (kind, name) == ("Service", LIVE) and len(virtual.paths.opened) == 1 and not away:
            away.append(name)
            raise UnreachableError("cluster does not respond")
        return get(kind, name, namespace)

    monkeypatch.setattr(virtual.cluster, "get", fail_once)
    message = deploy_fails(virtual, OutsideError)
    assert message.endswith("the path through the API server failed: cluster does not respond")
