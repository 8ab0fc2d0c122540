# ruff: noqa: ARG002
"""Prometheus as an optional part of the local cloud."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import kubernetes_validate
import pytest
import yaml

from localcloud import table
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance
from localcloud.parts import prometheus

ROOT = Path(__file__).parents[3]
IMAGE = "seatrial/prometheus:0123456789abcdef"
MONITOR = ROOT / "deploy" / "monitoring" / "podmonitor.yaml"


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    """The objects of the manifest."""
    return list(yaml.safe_load_all(prometheus.render(IMAGE, ROOT).replace("VERSION", '"1"')))


def _kind(documents: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    (found,) = [each for each in documents if each["kind"] == kind]
    return found


@pytest.mark.parametrize("version", ["1.34", "1.37"])
def test_the_manifest_is_valid(documents: list[dict[str, Any]], version: str) -> None:
    """Each object is valid in the versions of Kubernetes that the local cloud may have."""
    for document in documents:
        kubernetes_validate.validate(document, version, strict=True)


def test_the_pod_is_restricted(documents: list[dict[str, Any]]) -> None:
    """The pod is non-root and read-only, its image is never pulled, and it may read pods only."""
    pod = _kind(documents, "Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert (container["image"], container["imagePullPolicy"]) == (IMAGE, "Never")
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert _kind(documents, "ClusterRole")["rules"] == [
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}
    ]


def test_it_has_the_rules_of_the_checkout(documents: list[dict[str, Any]]) -> None:
    """Its rule file contains the groups of deploy/monitoring."""
    data = _kind(documents, "ConfigMap")["data"]
    expected = yaml.safe_load((ROOT / prometheus.RULES).read_text())["spec"]
    assert json.loads(data["rules.json"]) == expected
    assert yaml.safe_load(data["prometheus.yml"])["rule_files"] == ["rules.json"]


def test_it_scrapes_what_the_pod_monitor_scrapes(documents: list[dict[str, Any]]) -> None:
    """Label, port and target labels are those of deploy/monitoring, so that rules have the same data."""
    (job,) = yaml.safe_load(_kind(documents, "ConfigMap")["data"]["prometheus.yml"])["scrape_configs"]
    spec = yaml.safe_load(MONITOR.read_text())["spec"]
    (endpoint,) = spec["podMetricsEndpoints"]
    ((label, value),) = spec["selector"]["matchLabels"].items()
    rules = {rule.get("target_label", rule.get("action")): rule for rule in job["relabel_configs"]}
    ports = [rule["regex"] for rule in job["relabel_configs"] if "port_name" in rule["source_labels"][0]]
    (relabelling,) = endpoint["relabelings"]
    assert job["kubernetes_sd_configs"][0]["selectors"] == [{"role": "pod", "label": f"{label}={value}"}]
    assert ports == [endpoint["port"]]
    assert {"namespace", "pod", relabelling["targetLabel"]} <= rules.keys()
    assert rules[relabelling["targetLabel"]]["source_labels"] == relabelling["sourceLabels"]


def test_the_network_policy_lets_it_in(documents: list[dict[str, Any]]) -> None:
    """The policy of the environments selects its namespace and its pod."""
    policy = yaml.safe_load((ROOT / "deploy" / "base" / "environment" / "scraping.yaml").read_text())
    ((source,),) = [rule["from"] for rule in policy["spec"]["ingress"]]
    deployment = _kind(documents, "Deployment")
    namespace = {"kubernetes.io/metadata.name": deployment["metadata"]["namespace"]}
    assert source["namespaceSelector"]["matchLabels"] == namespace
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert source["podSelector"]["matchLabels"].items() <= labels.items()


@pytest.mark.parametrize("content", [None, "", "spec", "{}", "a: [", "- 1"])
def test_a_checkout_without_rules_is_an_error(tmp_path: Path, content: str | None) -> None:
    """The error names the file; nothing is applied."""
    if content is not None:
        (tmp_path / prometheus.RULES).parent.mkdir(parents=True)
        (tmp_path / prometheus.RULES).write_text(content)
    with pytest.raises(LocalcloudError, match=r"prometheusrule\.yaml has no alert rules"):
        prometheus.render(IMAGE, tmp_path)


class FakeNode:
    """A node whose kubectl finds one Service, or none."""

    name = "node"

    def __init__(self, ingress: list[dict[str, str]] | None) -> None:
        self._ingress = ingress

    def exec_run(self, words: list[str], demux: bool = False) -> Any:
        """Answer `kubectl get service`."""
        if self._ingress is None:
            return SimpleNamespace(exit_code=1), (b"", b"not found")
        found = {"status": {"loadBalancer": {"ingress": self._ingress}}}
        return 0, (json.dumps(found).encode(), b"")


@pytest.mark.parametrize(
    ("ingress", "url"), [(None, ""), ([], ""), ([{}], ""), ([{"ip": "127.77.3.2"}], "http://127.77.3.2/")]
)
def test_its_url_is_the_load_balancers_address(ingress: list[dict[str, str]] | None, url: str) -> None:
    """Without the Service or an address there is no URL, and no line for it."""
    node: Any = FakeNode(ingress)
    assert prometheus.url(node) == url
    assert table.urls(url).endswith(url)
    assert bool(table.urls(url)) == bool(url)


def test_the_command_for_its_logs_names_the_kubeconfig_of_the_instance() -> None:
    """Without it kubectl reads the logs of the user's own cluster."""
    assert prometheus.logs(Instance("fresh", ROOT)) == (
        "kubectl --kubeconfig=.seatrial/fresh/kubeconfig --namespace=monitoring logs deployment/prometheus"
    )
