"""The stage bootstrap, over a cluster in memory: what it applies, and when it warns."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from memory_cluster import MemoryCluster
from memory_environments import REGISTRY, Environments
from seatrial.kube import network_policy
from seatrial.kube.labels import PULL_SECRET
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
def prepare(environments: Environments, workspace: Workspace) -> Callable[..., None]:
    """Bootstrap `staging`, with this directory of registry credentials."""
    services = replace(environments.services, kustomize=lambda _: [NAMESPACE, ACCOUNT])

    def run(config_dir: Path) -> None:
        registry = Registry(address=REGISTRY, config_dir=str(config_dir))
        settings = environments.settings.model_copy(update={"registry": registry})
        bootstrap(settings, workspace, "staging", services)

    return run


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    """A directory with credentials for the registry."""
    auth = base64.b64encode(b"reader:a password").decode()
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "config.json").write_text(json.dumps({"auths": {REGISTRY: {"auth": auth}}}))
    return tmp_path / "docker"


@pytest.fixture
def anonymous(tmp_path: Path) -> Path:
    """A directory without credentials."""
    (tmp_path / "anonymous").mkdir()
    (tmp_path / "anonymous" / "config.json").write_text("{}")
    return tmp_path / "anonymous"


def pull_secret(cluster: MemoryCluster) -> dict[str, Any]:
    """Return the credentials in the pull secret."""
    data = cluster.objects[("Secret", PULL_SECRET)]["data"][".dockerconfigjson"]
    return dict(json.loads(base64.b64decode(data)))


def test_an_environment_is_prepared(
    cluster: AdministratorsCluster, prepare: Callable[..., None], credentials: Path
) -> None:
    """The overlay's objects, the right to list nodes and the pull secret are applied; twice is the same."""
    for _ in range(2):
        prepare(credentials)
        assert {("Namespace", "staging"), ("ServiceAccount", "deployer")} <= cluster.objects.keys()
        assert {
            ("ClusterRole", READER),
            ("ClusterRoleBinding", f"{READER}-staging"),
        } <= cluster.objects.keys()
        auth = pull_secret(cluster)["auths"][REGISTRY]["auth"]
        assert base64.b64decode(auth) == b"reader:a password"


def test_without_credentials_there_is_no_pull_secret(
    cluster: AdministratorsCluster,
    prepare: Callable[..., None],
    anonymous: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nodes with an identity of their own need no secret; a line reports it."""
    prepare(anonymous)
    assert ("Secret", PULL_SECRET) not in cluster.objects
    assert "the nodes of staging need their own access" in capsys.readouterr().err


def test_a_forbidden_cluster_role_does_not_fail_bootstrap(
    cluster: AdministratorsCluster,
    prepare: Callable[..., None],
    credentials: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An administrator of one namespace cannot grant the right to list nodes; a line reports it."""
    cluster.forbidden = {"ClusterRole"}
    prepare(credentials)
    assert "the deployer of staging may not list nodes" in capsys.readouterr().err
    assert pull_secret(cluster)


def test_network_policies_are_probed_once(
    cluster: AdministratorsCluster,
    prepare: Callable[..., None],
    environments: Environments,
    credentials: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """If policies are not enforced, every bootstrap warns; the first one probes, with the stable image."""
    cluster.exit_code = OPEN
    stable = environments.release("staging", 1, "a", "stable")
    for _ in range(2):
        prepare(credentials)
        warning = "WARNING: the cluster of staging does not enforce NetworkPolicies"
        assert warning in capsys.readouterr().err
        cluster.exit_code = CLOSED
    (pod,) = cluster.pods
    assert pod["spec"]["containers"][0]["image"] == str(stable.reference)


def test_without_a_stable_release_network_policies_are_not_probed(
    cluster: AdministratorsCluster,
    prepare: Callable[..., None],
    environments: Environments,
    credentials: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A new environment has no image for the probe's pod, and there is no warning."""
    environments.release("staging", 1, "a", "pending")
    prepare(credentials)
    assert not cluster.pods
    assert "WARNING" not in capsys.readouterr().err


def test_a_rejected_probe_does_not_fail_bootstrap(
    cluster: AdministratorsCluster,
    prepare: Callable[..., None],
    environments: Environments,
    credentials: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A probe that a quota rejects is reported, and no result is recorded."""
    cluster.forbidden = {"Pod"}
    environments.release("staging", 1, "a", "stable")
    prepare(credentials)
    assert "exceeded quota" in capsys.readouterr().err
    assert network_policy.recorded(cluster, "staging") == "unknown"
