"""The stage bootstrap, over a cluster in memory: what it applies, and when it warns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from memory_cluster import MemoryCluster
from memory_environments import REGISTRY, Environments
from seatrial.kube import network_policy
from seatrial.kube.network_policy import CLOSED, OPEN
from seatrial.kube.nodes import READER
from seatrial.kube.protocol import FORBIDDEN, ClusterError, Manifest
from seatrial.settings import Registry
from seatrial.stages.bootstrap import bootstrap
from seatrial.workspace import Workspace

NAMESPACE: Manifest = {"kind": "Namespace", "metadata": {"name": "staging", "uid": "1"}}
ACCOUNT: Manifest = {"kind": "ServiceAccount", "metadata": {"name": "deployer"}}


@dataclass
class AdministratorsCluster(MemoryCluster):
    """A cluster whose pods terminate at once with `exit_code`.

    `forbidden` holds the kinds that it rejects; `pods` the pods that were created.
    """

    exit_code: int = CLOSED
    forbidden: set[str] = field(default_factory=set)
    pods: list[Manifest] = field(default_factory=list)

    def create(self, manifest: Manifest) -> Manifest:
        """Store an object; a pod with its final status."""
        self._require(manifest)
        if manifest["kind"] != "Pod":
            return super().create(manifest)
        self.pods.append(manifest)
        state = {"terminated": {"exitCode": self.exit_code}}
        return super().create({**manifest, "status": {"containerStatuses": [{"state": state}]}})

    def apply(self, manifest: Manifest, manager: str = "seatrial") -> Manifest:
        """Merge a manifest into the stored object."""
        self._require(manifest)
        return super().apply(manifest, manager)

    def _require(self, manifest: Manifest) -> None:
        if manifest["kind"] in self.forbidden:
            raise ClusterError(f"{manifest['kind']} is forbidden: exceeded quota", FORBIDDEN)


@pytest.fixture
def cluster(environments: Environments) -> AdministratorsCluster:
    """The cluster of `staging`, which an administrator uses."""
    environments.clusters["staging"] = found = AdministratorsCluster()
    return found


@pytest.fixture
def prepare(environments: Environments, workspace: Workspace) -> Callable[[], None]:
    """Bootstrap `staging`, whose nodes have access to the registry of their own."""
    services = replace(environments.services, kustomize=lambda _: [NAMESPACE, ACCOUNT])
    settings = environments.settings.model_copy(update={"registry": Registry(address=REGISTRY)})
    return lambda: bootstrap(settings, workspace, "staging", services)


def test_an_environment_is_prepared(cluster: AdministratorsCluster, prepare: Callable[[], None]) -> None:
    """The overlay's objects and the right to list nodes are applied; twice is the same."""
    for _ in range(2):
        prepare()
        assert {("Namespace", "staging"), ("ServiceAccount", "deployer")} <= cluster.objects.keys()
        assert {
            ("ClusterRole", READER),
            ("ClusterRoleBinding", f"{READER}-staging"),
        } <= cluster.objects.keys()


def test_a_forbidden_cluster_role_does_not_fail_bootstrap(
    cluster: AdministratorsCluster,
    prepare: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An administrator of one namespace cannot grant the right to list nodes; a line reports it."""
    cluster.forbidden = {"ClusterRole"}
    prepare()
    assert "the deployer of staging may not list nodes" in capsys.readouterr().err
    assert ("ServiceAccount", "deployer") in cluster.objects


def test_network_policies_are_probed_once(
    cluster: AdministratorsCluster,
    prepare: Callable[[], None],
    environments: Environments,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """If policies are not enforced, every bootstrap warns; the first one probes, with the stable image."""
    cluster.exit_code = OPEN
    stable = environments.release("staging", 1, "a", "stable")
    for _ in range(2):
        prepare()
        warning = "WARNING: the cluster of staging does not enforce NetworkPolicies"
        assert warning in capsys.readouterr().err
        cluster.exit_code = CLOSED
    (pod,) = cluster.pods
    assert pod["spec"]["containers"][0]["image"] == str(stable.reference)


def test_without_a_stable_release_network_policies_are_not_probed(
    cluster: AdministratorsCluster,
    prepare: Callable[[], None],
    environments: Environments,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A new environment has no image for the probe's pod, and there is no warning."""
    environments.release("staging", 1, "a", "pending")
    prepare()
    assert not cluster.pods
    assert "WARNING" not in capsys.readouterr().err


def test_a_rejected_probe_does_not_fail_bootstrap(
    cluster: AdministratorsCluster,
    prepare: Callable[[], None],
    environments: Environments,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A probe that a quota rejects is reported, and no result is recorded."""
    cluster.forbidden = {"Pod"}
    environments.release("staging", 1, "a", "stable")
    prepare()
    assert "exceeded quota" in capsys.readouterr().err
    assert network_policy.recorded(cluster, "staging") == "unknown"
