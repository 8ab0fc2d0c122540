# ruff: noqa: ARG002
"""Whether network policies hold, as the probe's pod tells it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import kubernetes_validate
import pytest

from memory_cluster import Manifest, MemoryCluster
from seatrial.kube import network_policy as fence
from seatrial.kube.client import ClusterError
from seatrial.stages import bootstrap


class Ending(MemoryCluster):
    """A cluster whose pods end at once, with a code."""

    code: int | None = None
    pod: dict[str, Any] = {}  # noqa: RUF012

    def create(self, manifest: Manifest) -> Manifest:
        """Store a pod that has ended already."""
        self.pod = manifest
        state = {} if self.code is None else {"terminated": {"exitCode": self.code}}
        return super().create({**manifest, "status": {"containerStatuses": [{"state": state}]}})


@pytest.mark.parametrize(
    ("code", "found"), [(fence.CLOSED, "holds"), (fence.OPEN, "open"), (0, "unknown"), (1, "unknown")]
)
def test_the_probes_own_word_counts(code: int, found: str) -> None:
    """Only the probe's own codes mean anything: a program that failed proves no fence. No pod stays."""
    cluster = Ending()
    cluster.code = code
    assert fence.probe(cluster, "trial", "image") == found  # type: ignore[arg-type]
    assert cluster.objects == {}


def test_a_probe_that_never_ends_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An image that cannot be pulled leaves the question open, and no pod behind."""
    monkeypatch.setattr(fence, "PROBE_SECONDS", 0.5)
    cluster = Ending()
    assert fence.probe(cluster, "trial", "image") == "unknown"  # type: ignore[arg-type]
    assert cluster.objects == {}


def test_the_probe_is_a_pod_that_the_namespace_takes() -> None:
    """It is valid, non-root, read-only and has no token."""
    cluster = Ending()
    cluster.code = fence.OPEN
    fence.probe(cluster, "trial", "image")  # type: ignore[arg-type]
    assert kubernetes_validate.validate(cluster.pod, "1.34", strict=True) == "1.34"
    assert cluster.pod["spec"]["automountServiceAccountToken"] is False
    assert cluster.pod["spec"]["securityContext"]["runAsNonRoot"]


@pytest.mark.parametrize("found", ["holds", "open", "unknown"])
def test_what_was_found_is_known_later(found: fence.Fence) -> None:
    """The namespace remembers; where nobody has looked nothing is known."""
    cluster = MemoryCluster()
    assert fence.known(cluster, "trial") == "unknown"  # type: ignore[arg-type]
    fence.remember(cluster, "trial", found)  # type: ignore[arg-type]
    assert fence.known(cluster, "trial") == found  # type: ignore[arg-type]


class Full(MemoryCluster):
    """A cluster that takes no pod any more."""

    def create(self, manifest: Manifest) -> Manifest:
        """Refuse it."""
        raise ClusterError("exceeded quota: pods", 403)


def _target(cluster: MemoryCluster) -> Any:
    stable = SimpleNamespace(reference="image")
    records = SimpleNamespace(stable=lambda: stable)
    environment = SimpleNamespace(namespace="trial")
    return SimpleNamespace(cluster=cluster, name="trial", records=records, environment=environment)


def test_bootstrap_warns_aloud_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing enforces the policies that is told at every bootstrap, and tried at the first only."""
    cluster = Ending()
    cluster.code = fence.OPEN
    for _ in range(2):
        bootstrap._tell_the_fence(_target(cluster))
        assert "WARNING: nothing enforces the NetworkPolicies of trial" in capsys.readouterr().err
        cluster.code = fence.CLOSED


def test_a_full_namespace_does_not_end_bootstrap(capsys: pytest.CaptureFixture[str]) -> None:
    """A probe that is refused leaves the question open, says so, and is no failure."""
    cluster = Full()
    bootstrap._tell_the_fence(_target(cluster))
    assert "could not be tried: exceeded quota" in capsys.readouterr().err
    assert fence.known(cluster, "trial") == "unknown"  # type: ignore[arg-type]
