"""Tests of the rendered overlays: autoscaler, disruption budget, network policies, probes, AKS."""

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


def test_the_autoscaler_scales_the_live_slot(
    rendered: Rendered, settings: Settings, environment: str
) -> None:
    """Its target is the slot that the live Service selects; its bounds are the environment's."""
    shared = rendered[environment]["shared"]
    spec, configured = _one(shared, "HorizontalPodAutoscaler")["spec"], settings.environment(environment)
    live = _one(shared, "Service")["spec"]["selector"]["seatrial.io/slot"]
    assert spec["scaleTargetRef"] == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": f"classifier-{live}",
    }
    assert (spec["minReplicas"], spec["maxReplicas"]) == (configured.replicas, configured.max_replicas)
    assert _one(rendered[environment]["slot"], "Deployment")["metadata"]["name"] == f"classifier-{live}"


def test_the_live_service_is_the_first_shared_object(rendered: Rendered, environment: str) -> None:
    """Switch and undo change the Service before the other shared objects."""
    assert rendered[environment]["shared"][0]["kind"] == "Service"


def test_a_node_drain_evicts_one_live_pod_at_a_time(rendered: Rendered, environment: str) -> None:
    """The disruption budget selects the live slot only, and permits the eviction of unready pods."""
    spec = _one(rendered[environment]["shared"], "PodDisruptionBudget")["spec"]
    selected = {"app.kubernetes.io/name": "classifier", "seatrial.io/slot": "green"}
    assert spec["selector"]["matchLabels"] == selected
    assert spec["maxUnavailable"] == 1
    assert spec["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_network_policies_allow_ingress_to_the_app_port_and_prometheus_to_the_admin_port(
    rendered: Rendered, environment: str
) -> None:
    """Port 8080 of the app is open, the admin port to Prometheus only; all egress is denied."""
    policies = [each for each in rendered[environment]["environment"] if each["kind"] == "NetworkPolicy"]
    by_name = {each["metadata"]["name"]: each["spec"] for each in policies}
    assert by_name["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert [rule for spec in by_name.values() for rule in spec.get("egress", [])] == []
    allowed = {name: spec["ingress"] for name, spec in by_name.items() if "ingress" in spec}
    namespace = {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}
    pods = {"matchLabels": {"app.kubernetes.io/name": "prometheus"}}
    assert allowed == {
        "classifier": [{"ports": [{"protocol": "TCP", "port": 8080}]}],
        "prometheus": [
            {
                "from": [{"namespaceSelector": namespace, "podSelector": pods}],
                "ports": [{"protocol": "TCP", "port": 8081}],
            }
        ],
    }
    pod = _one(rendered[environment]["slot"], "Deployment")["spec"]["template"]
    for name in allowed:
        assert by_name[name]["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    ports = {port["name"]: port["containerPort"] for port in pod["spec"]["containers"][0]["ports"]}
    assert ports == {"http": 8080, "admin": 8081}


def test_no_service_has_the_admin_port(rendered: Rendered, environment: str) -> None:
    """Probes and metrics are not published by a load balancer."""
    services = [each for part in rendered[environment].values() for each in part if each["kind"] == "Service"]
    assert {port["targetPort"] for each in services for port in each["spec"]["ports"]} == {"http"}


def test_rollout_deadline_and_grace_period_are_consistent(
    rendered: Rendered, settings: Settings, environment: str
) -> None:
    """A start that hangs fails within two minutes; drain and shutdown end within the grace period."""
    from classifier.server.settings import GRACEFUL_SECONDS

    spec = _one(rendered[environment]["slot"], "Deployment")["spec"]
    pod, container = spec["template"]["spec"], spec["template"]["spec"]["containers"][0]
    startup = container["startupProbe"]["failureThreshold"] * container["startupProbe"]["periodSeconds"]
    drain = int(container["lifecycle"]["preStop"]["exec"]["command"][-1].rpartition("sleep ")[2])
    assert 60 <= spec["progressDeadlineSeconds"] <= 120
    assert startup + spec["minReadySeconds"] < spec["progressDeadlineSeconds"]
    assert spec["progressDeadlineSeconds"] <= settings.environment(environment).rollout_seconds
    assert drain + GRACEFUL_SECONDS < pod["terminationGracePeriodSeconds"] < 45
    assert spec["minReadySeconds"] > 0
    assert spec["revisionHistoryLimit"] > 0


def test_the_probes_use_readiness_and_liveness_routes(rendered: Rendered, environment: str) -> None:
    """Startup and readiness use `/readyz`; liveness fails later, so that a busy pod is not restarted.

    All use the admin port, which no client can occupy.
    """
    (container,) = _one(rendered[environment]["slot"], "Deployment")["spec"]["template"]["spec"]["containers"]
    paths = {
        name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "readiness", "liveness")
    }
    assert paths == {"startup": "/readyz", "readiness": "/readyz", "liveness": "/livez"}
    assert {container[f"{name}Probe"]["httpGet"]["port"] for name in paths} == {"admin"}
    live, ready = container["livenessProbe"], container["readinessProbe"]
    assert (
        live["periodSeconds"] * live["failureThreshold"] > ready["periodSeconds"] * ready["failureThreshold"]
    )


def test_each_slot_is_spread_over_nodes_and_zones(rendered: Rendered, environment: str) -> None:
    """The constraints count the pods of one slot, and a cluster of one node or zone is sufficient."""
    pod = _one(rendered[environment]["slot"], "Deployment")["spec"]["template"]["spec"]
    spread = pod["topologySpreadConstraints"]
    assert [each["topologyKey"] for each in spread] == [
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
    ]
    for each in spread:
        assert each["labelSelector"]["matchLabels"]["seatrial.io/slot"] == "green"
        assert each["whenUnsatisfiable"] == "ScheduleAnyway"


def test_no_pod_mounts_a_service_account_token(rendered: Rendered, environment: str) -> None:
    """Neither the service accounts nor the pods mount a token."""
    pod = _one(rendered[environment]["slot"], "Deployment")["spec"]["template"]["spec"]
    accounts = [each for each in rendered[environment]["environment"] if each["kind"] == "ServiceAccount"]
    assert pod["serviceAccountName"] in {each["metadata"]["name"] for each in accounts}
    assert [each["automountServiceAccountToken"] for each in accounts] == [False, False]
    assert pod["automountServiceAccountToken"] is False


def test_azure_annotations_are_in_the_aks_overlays_only(rendered: Rendered, environment: str) -> None:
    """On AKS the live Service has a DNS label and the preview an internal address; locally neither."""
    live = _one(rendered[environment]["shared"], "Service")
    preview = _one(rendered[environment]["preview"], "Service")
    if environment == "local":
        assert AZURE not in str(live) + str(preview)
        assert "externalTrafficPolicy" not in live["spec"]
        return
    assert live["metadata"]["annotations"][f"{AZURE}dns-label-name"] == f"seatrial-{environment}"
    assert preview["metadata"]["annotations"][f"{AZURE}load-balancer-internal"] == "true"
    assert live["spec"]["externalTrafficPolicy"] == "Cluster"


def test_the_base_contains_nothing_of_a_cloud_provider(environment: str) -> None:
    """Traffic policy and provider annotations are in overlays only."""
    base = "".join(path.read_text() for path in (ROOT / "deploy" / "base").rglob("*.yaml"))
    assert "externalTrafficPolicy" not in base
    assert "azure" not in base


def test_an_overlay_has_every_part(environment: str) -> None:
    """Each overlay has the four parts that a release applies."""
    overlay = ROOT / "deploy" / "overlays" / environment
    found = {path.parent.name for path in overlay.glob("*/kustomization.yaml")}
    assert found == {"environment", "shared", "slot", "preview"}
