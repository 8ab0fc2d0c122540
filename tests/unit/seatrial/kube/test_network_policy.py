"""The probe that tests whether NetworkPolicies are enforced."""

from __future__ import annotations

from dataclasses import dataclass

import kubernetes_validate
import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import OutsideError
from seatrial.image_reference import ImageReference
from seatrial.kube import network_policy
from seatrial.kube.network_policy import CLOSED, OPEN, PROBE_SECONDS, Enforcement
from seatrial.kube.protocol import ClusterError, Manifest, UnreachableError
from virtual_runtime import VirtualRuntime

IMAGE = ImageReference("registry.test", "classifier", digest="sha256:" + "b" * 64)


@dataclass
class PodEndingCluster(MemoryCluster):
    """A cluster whose pods terminate at once with `code`, or never if it is None."""

    code: int | None = None
    pod: Manifest | None = None

    def create(self, manifest: Manifest) -> Manifest:
        """Store a pod with its final status."""
        self.pod = manifest
        state = {} if self.code is None else {"terminated": {"exitCode": self.code}}
        return super().create({**manifest, "status": {"containerStatuses": [{"state": state}]}})


@pytest.mark.parametrize(
    ("code", "expected"), [(CLOSED, "holds"), (OPEN, "open"), (0, "unknown"), (1, "unknown")]
)
def test_only_the_probes_exit_codes_are_a_result(code: int, expected: str) -> None:
    """Any other exit code, as of a program that failed, is "unknown". The pod is deleted."""
    cluster = PodEndingCluster(code=code)
    assert network_policy.probe(cluster, "trial", IMAGE) == expected
    assert cluster.objects == {}


def test_a_probe_that_does_not_end_is_unknown(runtime: VirtualRuntime) -> None:
    """A pod that does not run, as with an image that cannot be pulled, is "unknown" and is deleted."""
    cluster = PodEndingCluster(runtime=runtime)
    assert network_policy.probe(cluster, "trial", IMAGE, runtime) == "unknown"
    assert cluster.objects == {}
    assert PROBE_SECONDS <= runtime.monotonic() <= PROBE_SECONDS + 1


class RepeatingCluster(PodEndingCluster):
    """A cluster that repeats `create`, because the first response was lost."""

    def create(self, manifest: Manifest) -> Manifest:
        """Create the object twice."""
        super().create(manifest)
        return super().create(manifest)


class LosingCluster(PodEndingCluster):
    """A cluster that creates an object and then fails with `error`."""

    error: OutsideError = UnreachableError("the cluster does not respond")

    def create(self, manifest: Manifest) -> Manifest:
        """Create the object and raise the error."""
        super().create(manifest)
        raise self.error


def test_a_lost_response_to_create_does_not_matter() -> None:
    """The repeated request finds the pod of the first one, which is the probe's. The pod is deleted."""
    cluster = RepeatingCluster(code=CLOSED)
    assert network_policy.probe(cluster, "trial", IMAGE) == "holds"
    assert cluster.objects == {}


@pytest.mark.parametrize("error", [UnreachableError("no response"), ClusterError("quota", 403)], ids=repr)
def test_an_error_of_create_is_raised_and_the_pod_deleted(error: OutsideError) -> None:
    """The first of several requests may have created it."""
    cluster = LosingCluster(code=CLOSED)
    cluster.error = error
    with pytest.raises(type(error), match=error.message):
        network_policy.probe(cluster, "trial", IMAGE)
    assert cluster.objects == {}


def test_the_probes_pod_is_accepted_by_a_restricted_namespace() -> None:
    """The pod is valid, non-root and read-only, and has no token."""
    cluster = PodEndingCluster(code=OPEN)
    network_policy.probe(cluster, "trial", IMAGE)
    assert cluster.pod is not None
    assert kubernetes_validate.validate(cluster.pod, "1.34", strict=True) == "1.34"
    assert cluster.pod["spec"]["automountServiceAccountToken"] is False
    assert cluster.pod["spec"]["securityContext"]["runAsNonRoot"]


@pytest.mark.parametrize("found", ["holds", "open", "unknown"])
def test_the_result_is_recorded_at_the_namespace(cluster: MemoryCluster, found: Enforcement) -> None:
    """A recorded result is read back; without one it is "unknown"."""
    assert network_policy.recorded(cluster, "trial") == "unknown"
    network_policy.record(cluster, "trial", found)
    assert network_policy.recorded(cluster, "trial") == found
