"""Environments that a test makes for itself and takes away again."""

from __future__ import annotations

import os
from collections.abc import Mapping

from e2e.release.conftest import Trial
from seatrial.kube.protocol import Cluster
from seatrial.release.target import Target
from seatrial.settings import load
from seatrial.wait import until
from seatrial.workspace import Workspace

DEFAULTS = {
    "OVERLAY": "deploy/overlays/local",
    "BAKE_SECONDS": "6",
    "LEASE_SECONDS": "10",
    # Not what these tests judge; the machine is small and busy.
    "MAX_P95_MILLISECONDS": "9000",
    "MAX_SLOWDOWN": "50",
    "LOAD_PER_SECOND": "5",
}
# A namespace goes when its last pod has drained.
GONE_SECONDS = 120


def environment(workspace: Workspace, name: str, settings: Mapping[str, str]) -> Trial:
    """Return an environment of that name and namespace, bootstrapped, known to every command from here on."""
    own = {"NAMESPACE": name, "HOST": f"{name}.seatrial.test"}
    for key, value in {**DEFAULTS, **own, **settings}.items():
        os.environ[f"SEATRIAL_ENVIRONMENTS__{name.upper()}__{key}"] = value
    made = Trial(Target(load(workspace), workspace, name))
    _wait_until_gone(made.target.cluster, name)
    code, output = made.run("bootstrap")
    assert code == 0, output
    return made


def remove(made: Trial) -> None:
    """Take an environment's namespace away; it ends by itself. Its settings go too."""
    made.target.cluster.delete("Namespace", made.target.environment.namespace, "")
    prefix = f"SEATRIAL_ENVIRONMENTS__{made.target.name.upper()}__"
    for key in [each for each in os.environ if each.startswith(prefix)]:
        del os.environ[key]


def _wait_until_gone(cluster: Cluster, namespace: str) -> None:
    """Wait for the end of a namespace that an earlier run took away."""

    def look() -> bool | None:
        found = cluster.get("Namespace", namespace)
        return None if found and found["metadata"].get("deletionTimestamp") else True

    until(f"the end of the last namespace {namespace}", look, GONE_SECONDS)
