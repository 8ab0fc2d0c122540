"""Environments that a test or a measurement creates and removes."""

from __future__ import annotations

import os
from collections.abc import Mapping

from e2e.release.conftest import ReleaseEnvironment
from seatrial.kube.protocol import Cluster
from seatrial.release.target import Target
from seatrial.settings import load
from seatrial.system import SERVICES
from seatrial.wait import until
from seatrial.workspace import Workspace

DEFAULTS = {
    "OVERLAY": "deploy/overlays/local",
    "BAKE_SECONDS": "6",
    "LEASE_SECONDS": "10",
    # Latency is not under test: the machine is small and shared.
    "MAX_P95_MILLISECONDS": "9000",
    "MAX_SLOWDOWN": "50",
    "LOAD_PER_SECOND": "5",
    "ALLOW_UNCHECKED": "true",
    "ALLOW_UNCOMMITTED": "true",
}
# A namespace ends after its last pod has drained.
REMOVAL_SECONDS = 120


def create_environment(workspace: Workspace, name: str, settings: Mapping[str, str]) -> ReleaseEnvironment:
    """Bootstrap an environment with a namespace of the same name; commands get its settings by variables."""
    own = {"NAMESPACE": name, "HOST": f"{name}.seatrial.test"}
    for key, value in {**DEFAULTS, **own, **settings}.items():
        os.environ[f"SEATRIAL_ENVIRONMENTS__{name.upper()}__{key}"] = value
    created = ReleaseEnvironment(Target(load(workspace), workspace, name, SERVICES))
    _wait_until_removed(created.target.cluster, name)
    code, output = created.run("bootstrap")
    assert code == 0, output
    return created


def remove_environment(environment: ReleaseEnvironment) -> None:
    """Delete an environment's namespace and settings, without waiting for the namespace to end."""
    target = environment.target
    target.cluster.delete("Namespace", target.environment.namespace, "")
    prefix = f"SEATRIAL_ENVIRONMENTS__{target.name.upper()}__"
    for key in [each for each in os.environ if each.startswith(prefix)]:
        del os.environ[key]


def _wait_until_removed(cluster: Cluster, namespace: str) -> None:
    """Wait for the end of a namespace that an earlier run deleted."""

    def removed() -> bool | None:
        found = cluster.get("Namespace", namespace)
        return None if found and found["metadata"].get("deletionTimestamp") else True

    until(f"removal of namespace {namespace}", removed, REMOVAL_SECONDS)
