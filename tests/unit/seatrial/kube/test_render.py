"""The manifests, rendered by kustomize from the project's own overlays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seatrial.kube.render import Candidate, Renderer
from seatrial.settings import load
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[4]
REFERENCE = "127.0.0.1:5000/classifier@sha256:" + "b" * 64


@pytest.fixture(params=["local", "staging"])
def renderer(request: pytest.FixtureRequest, tmp_path: Path) -> Renderer:
    """Renders each environment that there is."""
    (tmp_path / "seatrial.toml").write_bytes((ROOT / "seatrial.toml").read_bytes())
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    workspace = Workspace(tmp_path, "trial")
    return Renderer(workspace, load(workspace).environment(request.param))


@pytest.fixture
def candidate() -> Candidate:
    """The fourth release, in green."""
    return Candidate("trial-4", "trial", "green", REFERENCE, 3)


def _pod(manifests: list[dict[str, Any]]) -> dict[str, Any]:
    (deployment,) = manifests
    return dict(deployment["spec"]["template"]["spec"])


def test_a_slot_is_named_sized_and_pinned_by_digest(renderer: Renderer, candidate: Candidate) -> None:
    """A slot's Deployment carries its slot's name, the size asked for, and the image by digest only."""
    (deployment,) = renderer.slot(candidate)
    assert deployment["metadata"]["name"] == "classifier-green"
    assert deployment["metadata"]["namespace"] == renderer.environment.namespace
    assert deployment["spec"]["replicas"] == 3
    assert deployment["spec"]["selector"]["matchLabels"]["seatrial.io/slot"] == "green"
    assert "seatrial.io/release" not in deployment["spec"]["selector"]["matchLabels"]
    assert deployment["spec"]["template"]["metadata"]["labels"]["seatrial.io/release"] == "trial-4"
    assert [c["image"] for c in _pod([deployment])["containers"]] == [REFERENCE]


def test_a_pod_is_told_what_it_is(renderer: Renderer, candidate: Candidate) -> None:
    """A pod knows its release, its image's digest and its environment."""
    (container,) = _pod(renderer.slot(candidate))["containers"]
    given = {each["name"]: each["value"] for each in container["env"]}
    assert given["SEATRIAL_RELEASE"] == "trial-4"
    assert given["SEATRIAL_IMAGE_DIGEST"] == REFERENCE.partition("@")[2]
    assert given["SEATRIAL_ENVIRONMENT"] == "trial"


def test_a_pod_keeps_pod_securitys_restricted_profile(renderer: Renderer, candidate: Candidate) -> None:
    """A pod is non-root, read-only, without capabilities or token, as `restricted` asks."""
    pod = _pod(renderer.slot(candidate))
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not pod["automountServiceAccountToken"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert not container["securityContext"]["allowPrivilegeEscalation"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_grace_adds_up(renderer: Renderer, candidate: Candidate) -> None:
    """A pod's grace period covers its drain and the server's own time to end what it has begun."""
    from classifier.server import graceful_timeout

    pod = _pod(renderer.slot(candidate))
    (*_, command) = pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    drain = int(command.rpartition("sleep ")[2])
    assert pod["terminationGracePeriodSeconds"] > drain + graceful_timeout


def test_the_switch_is_the_live_services_selector(renderer: Renderer, candidate: Candidate) -> None:
    """The live Service selects this release in its slot, under the environment's name."""
    service = next(each for each in renderer.shared(candidate) if each["kind"] == "Service")
    assert service["spec"]["type"] == "LoadBalancer"
    assert service["spec"]["selector"]["seatrial.io/slot"] == "green"
    assert service["spec"]["selector"]["seatrial.io/release"] == "trial-4"
    assert renderer.environment.host in service["metadata"]["annotations"].values()


def test_the_preview_has_an_address_of_its_own(renderer: Renderer, candidate: Candidate) -> None:
    """The preview is a load-balanced Service of its own, under a name of its own."""
    (service,) = renderer.preview(candidate)
    assert service["metadata"]["name"] == "classifier-preview"
    assert f"preview.{renderer.environment.host}" in service["metadata"]["annotations"].values()


def test_a_namespace_enforces_restricted(renderer: Renderer) -> None:
    """An environment's namespace enforces Pod Security `restricted`."""
    namespace = next(each for each in renderer.namespace() if each["kind"] == "Namespace")
    assert namespace["metadata"]["name"] == renderer.environment.namespace
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_deployer_reads_no_secret(renderer: Renderer) -> None:
    """The deployer's Role gives nothing on Secrets, Roles or whole wildcards."""
    role = next(each for each in renderer.namespace() if each["kind"] == "Role")
    granted = {resource for rule in role["rules"] for resource in rule["resources"]}
    verbs = {verb for rule in role["rules"] for verb in rule["verbs"]}
    assert not granted & {"secrets", "roles", "rolebindings", "*"}
    assert "*" not in verbs
