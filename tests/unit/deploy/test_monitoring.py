"""The optional objects for a monitoring system agree with the environments, the pods and the page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from seatrial import kustomize
from seatrial.kube.labels import MANAGED, MANAGER, SLOT
from seatrial.settings import Settings
from unit.deploy.conftest import ENVIRONMENTS, ROOT, Manifests

PAGE = (ROOT / "docs" / "how-to" / "monitor.md").read_text()


@pytest.fixture(scope="module")
def objects() -> dict[str, dict[str, Any]]:
    """The objects of deploy/monitoring by kind."""
    return {each["kind"]: each for each in kustomize.build(ROOT / "deploy" / "monitoring")}


def test_all_objects_are_in_the_namespace_of_the_operator(objects: dict[str, dict[str, Any]]) -> None:
    """They are in `monitoring`, with the labels of the project."""
    assert objects.keys() == {"PodMonitor", "PrometheusRule", "ConfigMap"}
    for each in objects.values():
        assert each["metadata"]["namespace"] == "monitoring"
        assert each["metadata"]["labels"][MANAGED] == MANAGER


def test_every_environment_is_scraped(objects: dict[str, dict[str, Any]], settings: Settings) -> None:
    """The PodMonitor selects the namespaces of the settings."""
    selected = objects["PodMonitor"]["spec"]["namespaceSelector"]["matchNames"]
    assert selected == [settings.environment(name).namespace for name in ENVIRONMENTS]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_pods_have_what_is_scraped(
    objects: dict[str, dict[str, Any]], rendered: dict[str, dict[str, Manifests]], environment: str
) -> None:
    """A pod has the selected labels, the named port and the label that becomes `slot`."""
    spec = objects["PodMonitor"]["spec"]
    (deployment,) = rendered[environment]["slot"]
    pod = deployment["spec"]["template"]
    (endpoint,) = spec["podMetricsEndpoints"]
    (relabelling,) = endpoint["relabelings"]
    assert spec["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    assert endpoint["port"] in {port["name"] for port in pod["spec"]["containers"][0]["ports"]}
    meta = "__meta_kubernetes_pod_label_" + re.sub(r"\W", "_", SLOT)
    assert relabelling == {"sourceLabels": [meta], "targetLabel": "slot"}
    assert SLOT in pod["metadata"]["labels"]


def test_the_dashboard_is_in_a_config_map_for_grafana(objects: dict[str, dict[str, Any]]) -> None:
    """The ConfigMap has the label of Grafana's sidecar, and the dashboard unchanged."""
    found = objects["ConfigMap"]
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    file = ROOT / "deploy" / "monitoring" / "dashboard.json"
    assert json.loads(found["data"]["dashboard.json"]) == json.loads(file.read_text())


def test_the_page_lists_every_alert(objects: dict[str, dict[str, Any]]) -> None:
    """The table of alerts has each alert and how long it waits."""
    rules = [rule for group in objects["PrometheusRule"]["spec"]["groups"] for rule in group["rules"]]
    table = PAGE.partition("## Alerts")[2].partition("\n## ")[0]
    listed = {}
    for names, minutes in re.findall(r"^\| (`Classifier[^|]*) \|[^|]*\| (\d+) min \|", table, re.M):
        first, *others = re.findall(r"`([^`]+)`", names)
        alternatives = [re.sub(r"Hour$", other.removeprefix("…"), first) for other in others]
        listed |= dict.fromkeys([first, *alternatives], f"{minutes}m")
    assert listed == {rule["alert"]: rule["for"] for rule in rules if "alert" in rule}


def test_every_alert_has_a_severity_and_the_next_step(objects: dict[str, dict[str, Any]]) -> None:
    """An alert has a summary and what to do."""
    for group in objects["PrometheusRule"]["spec"]["groups"]:
        for rule in group["rules"]:
            if "alert" in rule:
                assert rule["labels"]["severity"] in ("critical", "warning")
                assert rule["annotations"].keys() == {"summary", "description"}


def test_rules_and_dashboard_use_metrics_of_the_app_only() -> None:
    """Each name in an expression is a metric of the app, or recorded by a rule."""
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text()
    known = set(re.findall(r"^\| `(classifier_\w+)`", page, re.M))
    rules = yaml.safe_load((ROOT / "deploy" / "monitoring" / "prometheusrule.yaml").read_text())
    text = (ROOT / "deploy" / "monitoring" / "dashboard.json").read_text() + json.dumps(rules)
    used = set(re.findall(r"\bclassifier_[a-z_]+\b", text))
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in used} <= known
