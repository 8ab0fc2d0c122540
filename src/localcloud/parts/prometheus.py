"""Prometheus in the cluster, with the alert rules of the checkout: an optional part."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import requests
import yaml
from docker import DockerClient
from docker.models.containers import Container

from localcloud.errors import LocalcloudError
from localcloud.instance import Instance
from localcloud.parts import image_import, node
from localcloud.wait import until

PART = "prometheus"
NAMESPACE = "monitoring"
NAME = "prometheus"
RULES = Path("deploy") / "monitoring" / "prometheusrule.yaml"
READY_SECONDS = 120
REQUEST_SECONDS = 2


def ensure(client: DockerClient, image: str, cluster: Container, root: Path) -> str:
    """Deploy Prometheus with the rules of the checkout `root`, unless that is deployed; return its URL.

    Raises LocalcloudError if the rules cannot be read, if the node refuses the image or the manifest, or if
    Prometheus does not respond within two minutes.
    """
    manifest = render(image, root)
    version = hashlib.sha256(manifest.encode()).hexdigest()[:16]
    if _version(cluster) != version:
        image_import.load(client, image, cluster)
        node.apply(cluster, manifest.replace("VERSION", f'"{version}"'))
    # The load balancer assigns the address.
    return str(
        until(
            "Prometheus did not respond",
            lambda: _responding(cluster),
            READY_SECONDS,
            every=0.5,
            hint=f"run docker exec {cluster.name} {_logs(node.ADMIN_KUBECONFIG)}",
        )
    )


def render(image: str, root: Path) -> str:
    """Return the manifest without its version. Raises LocalcloudError if the rules cannot be read."""
    template = (files("localcloud.parts") / "manifests" / "prometheus.yaml").read_text(encoding="utf-8")
    try:
        rules = yaml.safe_load((root / RULES).read_text(encoding="utf-8"))["spec"]
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise LocalcloudError(f"{RULES} has no alert rules", "restore it: git checkout deploy") from error
    # JSON is YAML too; a string in JSON needs no indentation.
    return template.replace("RULES", json.dumps(json.dumps(rules))).replace("IMAGE", image)


def url(cluster: Container) -> str:
    """Return the URL of Prometheus, or an empty string if it is not deployed or has no address yet."""
    try:
        service = node.get(cluster, "service", NAME, f"--namespace={NAMESPACE}")
    except LocalcloudError:
        return ""
    given = service.get("status", {}).get("loadBalancer", {}).get("ingress") or [{}]
    return f"http://{given[0]['ip']}/" if given[0].get("ip") else ""


def logs(instance: Instance) -> str:
    """Return the command for the logs; without the kubeconfig it would reach the user's own cluster."""
    return _logs(str(instance.kubeconfig.relative_to(instance.root)))


def _logs(kubeconfig: str) -> str:
    return f"kubectl --kubeconfig={kubeconfig} --namespace={NAMESPACE} logs deployment/{NAME}"


def deployed(cluster: Container) -> bool:
    """Return whether Prometheus is deployed."""
    return bool(_version(cluster))


def version(address: str) -> str:
    """Return the version of the Prometheus at that URL, or an empty string if it does not respond."""
    try:
        response = requests.get(f"{address}api/v1/status/buildinfo", timeout=REQUEST_SECONDS)
        return str(response.json()["data"]["version"])
    except (requests.RequestException, ValueError, KeyError):
        return ""


def _responding(cluster: Container) -> str | None:
    address = url(cluster)
    return address if address and version(address) and _available(cluster) else None


def _available(cluster: Container) -> bool:
    status = (_deployment(cluster) or {}).get("status", {})
    # A new pod replaces the one of the version before.
    return bool(status.get("updatedReplicas") == status.get("availableReplicas") == 1)


def _version(cluster: Container) -> str:
    labels = (_deployment(cluster) or {}).get("metadata", {}).get("labels", {})
    return str(labels.get("localcloud/version", ""))


def _deployment(cluster: Container) -> dict[str, Any] | None:
    try:
        return node.get(cluster, "deployment", NAME, f"--namespace={NAMESPACE}")
    except LocalcloudError:
        return None
