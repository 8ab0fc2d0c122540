"""Prometheus as an optional part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from integration.localcloud.cloud import PARTS, Cloud, pull_secret, run_localcloud
from localcloud.parts import prometheus
from localcloud.wait import until

METRICS = (
    "mkdir /tmp/app && cd /tmp/app && echo classifier_processes 1 >metrics && python3 -m http.server 8081"
)


@pytest.fixture(scope="module")
def url(cloud: Cloud) -> Iterator[str]:
    """Start Prometheus in the instance; return its URL, and remove it after the module."""
    result = cloud.up("--metrics")
    assert result.code == 0, result.err
    address = prometheus.url(cloud.container("cluster"))
    assert f"Prometheus has the metrics of the app at {address}" in result.out
    yield address
    cloud.kubectl("delete", "namespace", prometheus.NAMESPACE)


def _pod(image: str) -> str:
    container = {
        "name": "app",
        "image": image,
        "command": ["sh", "-c", METRICS],
        "ports": [{"name": "admin", "containerPort": 8081}, {"name": "http", "containerPort": 8080}],
    }
    labels = {"app.kubernetes.io/name": "classifier", "seatrial.io/slot": "blue"}
    spec = {"imagePullSecrets": [{"name": "registry"}], "containers": [container]}
    metadata = {"name": "app", "labels": labels}
    return json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})


def _query(url: str, expression: str) -> list[dict[str, Any]]:
    response = requests.get(f"{url}api/v1/query", params={"query": expression}, timeout=10)
    found: list[dict[str, Any]] = response.json()["data"]["result"]
    return found


def test_it_is_listed_and_kept(cloud: Cloud, url: str) -> None:
    """`status` lists it, on an address of the instance; an `up` without it, or again, changes nothing."""
    before = cloud.kubectl("get", "pods", f"--namespace={prometheus.NAMESPACE}", "-o", "name")
    for words in ((), ("--metrics",)):
        assert cloud.up(*words).code == 0
    assert cloud.status() == dict.fromkeys((*PARTS, prometheus.PART), "ready")
    assert url.startswith(f"http://{cloud.addresses.prefix}.")
    assert cloud.kubectl("get", "pods", f"--namespace={prometheus.NAMESPACE}", "-o", "name") == before
    assert url in run_localcloud("urls", "--instance", cloud.instance.name).out


def test_it_has_the_alerts_of_the_checkout(cloud: Cloud, url: str) -> None:
    """Prometheus has loaded the rules without an error."""
    groups = requests.get(f"{url}api/v1/rules", timeout=10).json()["data"]["groups"]
    assert {group["name"] for group in groups} == {"classifier-requests", "classifier-drift"}
    assert [rule["name"] for group in groups for rule in group["rules"] if rule.get("lastError")] == []


def test_it_scrapes_the_admin_port_of_the_pods_of_the_app(
    cloud: Cloud, url: str, namespace: str, image: str
) -> None:
    """The metrics of a pod have its namespace, its name and its slot; other ports are not scraped."""
    for manifest in (pull_secret(cloud), _pod(image)):
        cloud.kubectl("apply", "-f", "-", f"--namespace={namespace}", manifest=manifest)
    expression = f'classifier_processes{{namespace="{namespace}"}}'
    (found,) = until("The pod was not scraped", lambda: _query(url, expression) or None, 90, every=1)
    assert (found["metric"]["pod"], found["metric"]["slot"]) == ("app", "blue")
    assert found["metric"]["instance"].endswith(":8081")
