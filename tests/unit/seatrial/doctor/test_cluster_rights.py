"""The deployer's rights in the cluster, and the pulls of its nodes, read without creating anything."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from memory_cluster import MemoryCluster
from samples import MINIMAL_TOML
from seatrial import kustomize
from seatrial.doctor.cluster_rights import Right, check_rights, deployer_rights
from seatrial.doctor.node_pulls import check_pulls
from seatrial.doctor.report import doctor
from seatrial.errors import UsageError
from seatrial.kube.protocol import Manifest
from seatrial.kube.render import Renderer
from seatrial.settings import Environment, Pod, Registry
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[4]
ROLE = ROOT / "deploy" / "base" / "environment" / "role.yaml"
HERE = Environment(namespace="here", overlay="deploy/overlays/staging", host="h.test")


@dataclass
class ReviewingCluster(MemoryCluster):
    """A memory cluster that answers access reviews as RBAC would, which it does not have."""

    refused: Collection[tuple[str, str]] = ()
    reviews: list[Manifest] = field(default_factory=list)

    def create(self, manifest: Manifest) -> Manifest:
        """Answer a review; nothing else may be created."""
        assert manifest["kind"] == "SelfSubjectAccessReview"
        asked = manifest["spec"]["resourceAttributes"]
        self.reviews.append(asked)
        return {**manifest, "status": {"allowed": (asked["verb"], asked["resource"]) not in self.refused}}


@pytest.fixture
def rights() -> tuple[Right, ...]:
    """The rights of the deployer's Role, as the overlay of staging renders it."""
    workspace = Workspace(ROOT)
    return deployer_rights(Renderer(workspace, HERE, kustomize.build, Pod()).namespace())


def test_every_verb_of_the_role_is_reviewed(rights: tuple[Right, ...]) -> None:
    """role.yaml is the list: each of its rules, in the environment's namespace, subresources as such."""
    cluster = ReviewingCluster()
    found = check_rights(cluster, "there", "here", "here", rights)
    role = next(each for each in yaml.safe_load_all(ROLE.read_text()) if each["kind"] == "Role")
    wanted = {
        (verb, group, resource)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    asked = {
        (each["verb"], each["group"], "/".join(filter(None, (each["resource"], each.get("subresource")))))
        for each in cluster.reviews
    }
    assert asked == wanted
    assert {each["namespace"] for each in cluster.reviews} == {"here"}
    assert found.state == "ok"
    assert str(len(wanted)) in found.detail
    assert cluster.objects == {}


def test_a_verb_that_is_refused_is_named(rights: tuple[Right, ...]) -> None:
    """One missing verb of one resource is enough, and the next command is in the row."""
    cluster = ReviewingCluster(refused={("patch", "deployments")})
    found = check_rights(cluster, "there", "here", "here", rights)
    assert found.state == "missing"
    assert "patch deployments.apps" in found.detail
    assert "make bootstrap ENV=here" in found.fix


def pod(**status: object) -> Manifest:
    """Return a pod with one container of the registry."""
    image = "registry.test/classifier@sha256:1"
    container = {"name": "classifier", "image": image, **status}
    return {
        "kind": "Pod",
        "metadata": {"name": "classifier-blue-1"},
        "spec": {"containers": [{"name": "classifier", "image": image}]},
        "status": {"containerStatuses": [container]},
    }


@pytest.mark.parametrize(
    ("pods", "state", "text"),
    [
        ([], "later", "no pod of here"),
        ([pod(imageID="registry.test/classifier@sha256:1")], "ok", "classifier-blue-1"),
        # As containerd 1.6 reports it.
        ([pod(imageID="registry.test/classifier@sha256:1", image="sha256:2")], "ok", "classifier-blue-1"),
        (
            [pod(imageID="", state={"waiting": {"reason": "ImagePullBackOff", "message": "401"}})],
            "missing",
            "401",
        ),
    ],
)
def test_the_pulls_of_the_nodes_are_read_from_pods(pods: list[Manifest], state: str, text: str) -> None:
    """No pod is created to find out."""
    cluster = MemoryCluster({("Pod", each["metadata"]["name"]): each for each in pods})
    registry = Registry(address="registry.test", pull_address="127.0.0.1:5001")
    found = check_pulls(cluster, "here", "here", registry)
    assert found.state == state
    assert text in found.detail
    assert cluster.calls == []


def test_a_cluster_that_does_not_answer_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither forty refusals nor a traceback."""
    config = tmp_path / "kubeconfig"
    config.write_text(
        "{apiVersion: v1, kind: Config, clusters: [{name: c, cluster: {server: 'http://127.0.0.1:9'}}],"
        " users: [{name: u, user: {}}], contexts: [{name: there, context: {cluster: c, user: u}}]}"
    )
    (tmp_path / "seatrial.toml").write_text(MINIMAL_TOML)
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    monkeypatch.setenv("SEATRIAL_CLUSTER__KUBECONFIG", str(config))
    monkeypatch.setenv("SEATRIAL_CLUSTER__CONTEXT", "there")
    monkeypatch.setenv("SEATRIAL_ENVIRONMENTS__LOCAL__OVERLAY", "deploy/overlays/local")
    rows = [row for row in doctor(Workspace(tmp_path), env="local").rows if row["what"].startswith("cluster")]
    assert len(rows) == 1
    assert rows[0]["state"] == "missing"


def test_an_unknown_environment_is_an_error(tmp_path: Path) -> None:
    """The message names those that exist."""
    (tmp_path / "seatrial.toml").write_text(MINIMAL_TOML)
    with pytest.raises(UsageError, match="unknown environment 'nowhere'"):
        doctor(Workspace(tmp_path), env="nowhere")
