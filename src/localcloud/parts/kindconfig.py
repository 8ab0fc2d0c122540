"""The configuration of kind and of the node's containerd."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from localcloud.addresses import Addresses

CERTS = "/etc/containerd/certs.d"
# The address range of Services.
SERVICES = "10.96.0.0/16"
# Only for the node image that is built here; kind's own image contains this setting.
CONTAINERD = f'[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "{CERTS}"\n'
KUBELET = "kind: KubeletConfiguration\nfailCgroupV1: false\n"


def config(addresses: Addresses, *, built_here: bool) -> dict[str, Any]:
    """Return kind's configuration: one node, published on the instance's addresses."""
    mappings = [
        {"containerPort": port, "hostPort": 80, "listenAddress": address, "protocol": "TCP"}
        for address, port in addresses.loadbalancers.items()
    ]
    document: dict[str, Any] = {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "networking": {
            "apiServerAddress": addresses.api,
            "apiServerPort": 6443,
            "serviceSubnet": SERVICES,
        },
        "nodes": [{"role": "control-plane", "extraPortMappings": mappings}],
        "kubeadmConfigPatches": [KUBELET],
    }
    if built_here:
        document["containerdConfigPatches"] = [CONTAINERD]
    return document


def render(document: dict[str, Any], spec: str) -> str:
    """Return the configuration as JSON, which kind reads as YAML, with ``spec`` as a label of the node."""
    node = {**document["nodes"][0], "labels": {"seatrial.io/spec": spec}}
    return json.dumps({**document, "nodes": [node]}, indent=1)


def digest(document: dict[str, Any], image: str) -> str:
    """Return a hash of the configuration and the node image."""
    return hashlib.sha256(json.dumps([document, image], sort_keys=True).encode()).hexdigest()[:16]


def hosts_path(registry: str) -> str:
    """Return the path in the node of the hosts.toml for a registry's address."""
    return f"{CERTS}/{registry}/hosts.toml"


def hosts(registry: str, container: str) -> str:
    """Return a hosts.toml that makes containerd pull from the registry's container."""
    mirror = f'[host."http://{container}:5000"]\n  capabilities = ["pull", "resolve"]\n'
    return f'server = "http://{registry}"\n\n{mirror}'
