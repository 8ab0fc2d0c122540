"""What the overlays promise, and what belongs in which."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.settings import Settings
from unit.deploy.conftest import ENVIRONMENTS, ROOT, Manifests

Rendered = dict[str, dict[str, Manifests]]
AZURE = "service.beta.kubernetes.io/azure-"

pytestmark = pytest.mark.parametrize("environment", ENVIRONMENTS)


def _one(manifests: Manifests, kind: str) -> dict[str, Any]:
    (found,) = [each for each in manifests if each["kind"] == kind]
    return found


def test_the_autoscaler_follows_the_live_slot(
    rendered: Rendered, settings: Settings, environment: str
) -> None:
    """It sizes the slot that the live Service selects, within the environment's bounds."""
    shared = rendered[environment]["shared"]
    spec, asked = _one(shared, "HorizontalPodAutoscaler")["spec"], settings.environment(environment)
    live = _one(shared, "Service")["spec"]["selector"]["seatrial.io/slot"]
    assert spec["scaleTargetRef"] == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": f"classifier-{live}",
    }
    assert (spec["minReplicas"], spec["maxReplicas"]) == (asked.replicas, asked.max_replicas)
    assert _one(rendered[environment]["slot"], "Deployment")["metadata"]["name"] == f"classifier-{live}"


def test_users_are_switched_before_anything_else(rendered: Rendered, environment: str) -> None:
    """Of the shared objects the Service comes first, so that undoing reaches users first too."""
    assert rendered[environment]["shared"][0]["kind"] == "Service"


def test_a_drain_leaves_all_pods_but_one_that_serve(rendered: Rendered, environment: str) -> None:
    """The disruption budget counts the live slot alone, and a pod that serves nobody holds no node."""
    spec = _one(rendered[environment]["shared"], "PodDisruptionBudget")["spec"]
    selected = {"app.kubernetes.io/name": "classifier", "seatrial.io/slot": "green"}
    assert spec["selector"]["matchLabels"] == selected
    assert spec["maxUnavailable"] == 1
    assert spec["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_only_the_apps_port_is_open_and_nothing_goes_out(rendered: Rendered, environment: str) -> None:
    """In the namespace nothing is reached but the app's port 8080, and nothing reaches out."""
    policies = [each for each in rendered[environment]["environment"] if each["kind"] == "NetworkPolicy"]
    by_name = {each["metadata"]["name"]: each["spec"] for each in policies}
    assert by_name["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert [rule for spec in by_name.values() for rule in spec.get("egress", [])] == []
    opened = [rule for spec in by_name.values() for rule in spec.get("ingress", [])]
    assert opened == [{"ports": [{"protocol": "TCP", "port": 8080}]}]
    pod = _one(rendered[environment]["slot"], "Deployment")["spec"]["template"]
    assert by_name["classifier"]["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    assert [port["containerPort"] for port in pod["spec"]["containers"][0]["ports"]] == [8080]


def test_the_rollout_fields_make_failure_quick_and_grace_add_up(
    rendered: Rendered, settings: Settings, environment: str
) -> None:
    """A start that hangs is told within two minutes, by Kubernetes first; a drain ends within its grace."""
    from classifier.server import graceful_timeout
    from seatrial.kube.slots import TERMINATION_SECONDS

    spec = _one(rendered[environment]["slot"], "Deployment")["spec"]
    pod, container = spec["template"]["spec"], spec["template"]["spec"]["containers"][0]
    startup = container["startupProbe"]["failureThreshold"] * container["startupProbe"]["periodSeconds"]
    drain = int(container["lifecycle"]["preStop"]["exec"]["command"][-1].rpartition("sleep ")[2])
    assert 60 <= spec["progressDeadlineSeconds"] <= 120
    assert startup + spec["minReadySeconds"] < spec["progressDeadlineSeconds"]
    assert spec["progressDeadlineSeconds"] <= settings.environment(environment).rollout_seconds
    assert drain + graceful_timeout < pod["terminationGracePeriodSeconds"] < TERMINATION_SECONDS
    assert spec["minReadySeconds"] > 0
    assert spec["revisionHistoryLimit"] > 0


def test_three_probes_ask_the_right_questions(rendered: Rendered, environment: str) -> None:
    """Ready means it has answered an inference; a pod that is merely busy is not killed for it."""
    (container,) = _one(rendered[environment]["slot"], "Deployment")["spec"]["template"]["spec"]["containers"]
    paths = {
        name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "readiness", "liveness")
    }
    assert paths == {"startup": "/readyz", "readiness": "/readyz", "liveness": "/livez"}
    live, ready = container["livenessProbe"], container["readinessProbe"]
    assert (
        live["periodSeconds"] * live["failureThreshold"] > ready["periodSeconds"] * ready["failureThreshold"]
    )


def test_each_slot_is_spread_by_itself(rendered: Rendered, environment: str) -> None:
    """Pods spread over nodes and zones counting their own slot only; where there is one, that is enough."""
    pod = _one(rendered[environment]["slot"], "Deployment")["spec"]["template"]["spec"]
    spread = pod["topologySpreadConstraints"]
    assert [each["topologyKey"] for each in spread] == [
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
    ]
    for each in spread:
        assert each["labelSelector"]["matchLabels"]["seatrial.io/slot"] == "green"
        assert each["whenUnsatisfiable"] == "ScheduleAnyway"


def test_no_pod_gets_a_token(rendered: Rendered, environment: str) -> None:
    """Neither the account nor its pods mount a token: the app has no business with the cluster."""
    pod = _one(rendered[environment]["slot"], "Deployment")["spec"]["template"]["spec"]
    accounts = [each for each in rendered[environment]["environment"] if each["kind"] == "ServiceAccount"]
    assert pod["serviceAccountName"] in {each["metadata"]["name"] for each in accounts}
    assert [each["automountServiceAccountToken"] for each in accounts] == [False, False]
    assert pod["automountServiceAccountToken"] is False


def test_what_is_azures_stands_where_azure_is(rendered: Rendered, environment: str) -> None:
    """A DNS label for users and an internal address for the preview, on AKS; nothing of it on a laptop."""
    live = _one(rendered[environment]["shared"], "Service")
    preview = _one(rendered[environment]["preview"], "Service")
    if environment == "local":
        assert AZURE not in str(live) + str(preview)
        assert "externalTrafficPolicy" not in live["spec"]
        return
    assert live["metadata"]["annotations"][f"{AZURE}dns-label-name"] == f"seatrial-{environment}"
    assert preview["metadata"]["annotations"][f"{AZURE}load-balancer-internal"] == "true"
    assert live["spec"]["externalTrafficPolicy"] == "Cluster"


def test_the_base_knows_no_cloud(environment: str) -> None:
    """Traffic policy and cloud annotations stand in overlays only."""
    base = "".join(path.read_text() for path in (ROOT / "deploy" / "base").rglob("*.yaml"))
    assert "externalTrafficPolicy" not in base
    assert "azure" not in base


def test_an_overlay_has_every_part(environment: str) -> None:
    """Each overlay stands for itself: a part that is missing would end a release half-way."""
    overlay = ROOT / "deploy" / "overlays" / environment
    found = {path.parent.name for path in overlay.glob("*/kustomization.yaml")}
    assert found == {"environment", "shared", "slot", "preview"}
