"""The live probe: requests to the live address while a candidate is tried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from imagemodel.golden import GoldenSet
from memory_environments import Environments
from prediction_server import Behaviour, cat_photo, serving
from scripted_services import OneGoldenSet
from seatrial.analysis.timeline import read_timeline, report_directory
from seatrial.errors import SeatrialError, UsageError
from seatrial.kube.labels import LIVE
from seatrial.release.live_probe import live_probe
from seatrial.release.record import Record
from seatrial.release.target import Target, open_target
from seatrial.runtime import SystemRuntime, Workers
from seatrial.wait import until
from seatrial.workspace import Workspace
from virtual_runtime import VirtualRuntime


@pytest.fixture
def golden_set(tmp_path: Path) -> GoldenSet:
    """A golden set of one photo with the label `cat`."""
    return GoldenSet("one", "1.0.0", (cat_photo(tmp_path),), "sha256:" + "0" * 64)


@pytest.fixture
def server(behaviour: Behaviour) -> Iterator[str]:
    """The address of a server with this behaviour."""
    with serving(lambda: behaviour) as address:
        yield address


def staging(
    environments: Environments, workspace: Workspace, golden: GoldenSet, *errors: SeatrialError
) -> Target:
    """Return the staging environment with this golden set, or with an error when it is loaded."""
    services = replace(environments.services, golden_sets=OneGoldenSet(golden, list(errors)))
    return open_target(environments.settings, workspace, "staging", services)


def serve_at(environments: Environments, address: str) -> None:
    """Give the live Service a load balancer address."""
    service = environments.clusters["staging"].objects[("Service", LIVE)]
    service["status"] = {"loadBalancer": {"ingress": [{"ip": address}]}}


@pytest.fixture
def candidate(environments: Environments) -> Record:
    """A candidate beside the stable release staging-1, which serves."""
    environments.serve(environments.release("staging", 1, "a", "stable"))
    return environments.release("staging", 2, "b", previous="staging-1")


def test_the_baseline_is_of_the_live_release(
    environments: Environments,
    workspace: Workspace,
    golden_set: GoldenSet,
    server: str,
    behaviour: Behaviour,
    candidate: Record,
) -> None:
    """Responses of the live release are the baseline, and the timeline is written at the end."""
    behaviour.release = "staging-1"
    serve_at(environments, server)
    target = staging(environments, workspace, golden_set)
    with live_probe(target, candidate) as probe:
        baseline = until("a baseline", lambda: probe.baseline("staging-1", same_model=True), 60)
        other = probe.baseline("staging-1", same_model=False)
        assert probe.baseline("staging-0", same_model=True) is None
    assert (baseline.release, baseline.failed, baseline.probabilities) == ("staging-1", 0, {"cat.jpg": 0.9})
    assert other is not None
    assert other.probabilities == {}
    timeline = report_directory(workspace, candidate.release) / "meanwhile-timeline.jsonl"
    assert {sample.release for sample in read_timeline(timeline)} == {"staging-1"}


def test_no_requests_are_sent_before_the_first_release(
    environments: Environments, workspace: Workspace, golden_set: GoldenSet
) -> None:
    """A first release has no baseline and no timeline."""
    record = environments.release("staging", 1, "a")
    with live_probe(staging(environments, workspace, golden_set), record) as probe:
        assert probe.baseline("staging-0", same_model=True) is None
    assert not report_directory(workspace, record.release).exists()


@pytest.mark.parametrize("cause", ["address", "golden set"])
def test_an_unavailable_probe_does_not_fail_the_release(
    environments: Environments,
    workspace: Workspace,
    golden_set: GoldenSet,
    candidate: Record,
    runtime: VirtualRuntime,
    cause: str,
) -> None:
    """Without a live address, or without a golden set, the release goes on without a baseline."""
    if cause == "address":
        del environments.clusters["staging"].objects[("Service", LIVE)]
    errors = [UsageError("no golden set")] if cause == "golden set" else []
    target = staging(environments, workspace, golden_set, *errors)
    target = replace(target, services=replace(target.services, runtime=runtime))
    with live_probe(target, candidate) as probe:
        assert probe.baseline("staging-1", same_model=True) is None
    assert not report_directory(workspace, candidate.release).exists()


def test_an_error_of_the_probe_itself_is_a_warning(
    environments: Environments,
    workspace: Workspace,
    golden_set: GoldenSet,
    server: str,
    candidate: Record,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A probe that cannot start its threads does not fail the release."""

    class Broken(SystemRuntime):
        def workers(self, count: int) -> AbstractContextManager[Workers]:  # noqa: ARG002
            raise RuntimeError("can't start new thread")

    serve_at(environments, server)
    target = staging(environments, workspace, golden_set)
    target = replace(target, services=replace(target.services, runtime=Broken()))
    with live_probe(target, candidate):
        pass
    assert "warning: no live probe of staging-1 (RuntimeError: can't start" in capsys.readouterr().err
