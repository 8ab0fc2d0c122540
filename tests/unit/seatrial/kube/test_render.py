"""The manifests that kustomize renders from the project's overlays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seatrial import kustomize
from seatrial.image_reference import ImageReference
from seatrial.kube.render import Candidate, Renderer
from seatrial.settings import Pod, load
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[4]
POD = Pod(memory_mb=640, workers=3)
REFERENCE = ImageReference("127.0.0.1:5000", "classifier", digest="sha256:" + "b" * 64)


@pytest.fixture(params=["local", "staging"])
def renderer(request: pytest.FixtureRequest, tmp_path: Path) -> Renderer:
    """The renderer of an environment with the project's overlays and the real kustomize."""
    (tmp_path / "seatrial.toml").write_bytes((ROOT / "seatrial.toml").read_bytes())
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    workspace = Workspace(tmp_path, "trial")
    return Renderer(workspace, load(workspace).environment(request.param), kustomize.build, POD)


@pytest.fixture
def candidate() -> Candidate:
    """Release 4 in slot green."""
    return Candidate("trial-4", "trial", "green", REFERENCE, 3)


def _pod(manifests: list[dict[str, Any]]) -> dict[str, Any]:
    (deployment,) = manifests
    return dict(deployment["spec"]["template"]["spec"])


def test_a_slot_is_named_sized_and_pinned_by_digest(renderer: Renderer, candidate: Candidate) -> None:
    """A slot's Deployment has the slot's name, the given number of replicas and the image by digest."""
    (deployment,) = renderer.slot(candidate)
    assert deployment["metadata"]["name"] == "classifier-green"
    assert deployment["metadata"]["namespace"] == renderer.environment.namespace
    assert deployment["spec"]["replicas"] == 3
    assert deployment["spec"]["selector"]["matchLabels"]["seatrial.io/slot"] == "green"
    assert "seatrial.io/release" not in deployment["spec"]["selector"]["matchLabels"]
    assert deployment["spec"]["template"]["metadata"]["labels"]["seatrial.io/release"] == "trial-4"
    assert [c["image"] for c in _pod([deployment])["containers"]] == [str(REFERENCE)]


def test_a_pod_gets_its_release_digest_and_environment(renderer: Renderer, candidate: Candidate) -> None:
    """A pod's environment variables name its release, image digest and environment."""
    (container,) = _pod(renderer.slot(candidate))["containers"]
    given = {each["name"]: each["value"] for each in container["env"]}
    assert given["SEATRIAL_RELEASE"] == "trial-4"
    assert given["SEATRIAL_IMAGE_DIGEST"] == REFERENCE.digest
    assert given["SEATRIAL_ENVIRONMENT"] == "trial"


def test_a_pod_has_the_limits_that_its_model_was_tried_with(renderer: Renderer, candidate: Candidate) -> None:
    """Memory limit and number of workers are those of `[pod]`, by which `validate` judges a model."""
    (container,) = _pod(renderer.slot(candidate))["containers"]
    assert container["resources"]["limits"]["memory"] == "640Mi"
    # The API server refuses a limit below the request.
    least = next(each.ge for each in Pod.model_fields["memory_mb"].metadata if hasattr(each, "ge"))
    assert container["resources"]["requests"]["memory"] == f"{least}Mi"
    assert {"name": "APP_WORKERS", "value": "3"} in container["env"]


def test_a_pod_meets_the_restricted_pod_security_standard(renderer: Renderer, candidate: Candidate) -> None:
    """A pod is non-root, read-only, and has no capabilities and no token, as `restricted` requires."""
    pod = _pod(renderer.slot(candidate))
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not pod["automountServiceAccountToken"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert not container["securityContext"]["allowPrivilegeEscalation"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_the_grace_period_covers_drain_and_shutdown(renderer: Renderer, candidate: Candidate) -> None:
    """A pod's grace period is longer than its drain plus the server's graceful timeout."""
    from classifier.server.settings import GRACEFUL_SECONDS

    pod = _pod(renderer.slot(candidate))
    (*_, command) = pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    drain = int(command.rpartition("sleep ")[2])
    assert pod["terminationGracePeriodSeconds"] > drain + GRACEFUL_SECONDS


def test_the_live_service_selects_the_release(renderer: Renderer, candidate: Candidate) -> None:
    """The live Service selects the release and its slot, and has the environment's host name."""
    service = next(each for each in renderer.shared(candidate) if each["kind"] == "Service")
    assert service["spec"]["type"] == "LoadBalancer"
    assert service["spec"]["selector"]["seatrial.io/slot"] == "green"
    assert service["spec"]["selector"]["seatrial.io/release"] == "trial-4"
    assert renderer.environment.host in service["metadata"]["annotations"].values()


@pytest.mark.parametrize("internal", [False, True])
def test_the_address_is_internal_on_request(renderer: Renderer, candidate: Candidate, internal: bool) -> None:
    """Azure reads it from an annotation of the live Service."""
    environment = renderer.environment.model_copy(update={"internal": internal})
    shared = replace(renderer, environment=environment).shared(candidate)
    service = next(each for each in shared if each["kind"] == "Service")
    found = service["metadata"]["annotations"].get("service.beta.kubernetes.io/azure-load-balancer-internal")
    assert found == ("true" if internal else None)


def test_the_preview_is_a_service_with_its_own_host_name(renderer: Renderer, candidate: Candidate) -> None:
    """The preview Service has its own name and host name."""
    (service,) = renderer.preview(candidate)
    assert service["metadata"]["name"] == "classifier-preview"
    assert f"preview.{renderer.environment.host}" in service["metadata"]["annotations"].values()


def test_a_namespace_enforces_restricted(renderer: Renderer) -> None:
    """An environment's namespace enforces Pod Security `restricted`."""
    namespace = next(each for each in renderer.namespace() if each["kind"] == "Namespace")
    assert namespace["metadata"]["name"] == renderer.environment.namespace
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_deployer_may_not_read_secrets(renderer: Renderer) -> None:
    """The deployer's Role grants nothing on Secrets, Roles or RoleBindings, and has no wildcard."""
    role = next(each for each in renderer.namespace() if each["kind"] == "Role")
    granted = {resource for rule in role["rules"] for resource in rule["resources"]}
    verbs = {verb for rule in role["rules"] for verb in rule["verbs"]}
    assert not granted & {"secrets", "roles", "rolebindings", "*"}
    assert "*" not in verbs
