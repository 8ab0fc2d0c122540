"""The load balancer: a controller in its own container, with a service account of minimal rights."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import Any

from docker import DockerClient
from docker.models.containers import Container

from localcloud import containers
from localcloud.addresses import Addresses
from localcloud.containers import ContainerFile, ContainerSpec
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance
from localcloud.parts import dns, node
from localcloud.wait import until

PART = "loadbalancer"
NAMESPACE = "localcloud"
TOKEN = "loadbalancer-token"  # noqa: S105
KUBECONFIG = "/run/kubeconfig"
READY_SECONDS = 60
TOKEN_SECONDS = 30
# The controller touches this file after every read of the cluster, at least every 30 s.
HEARTBEAT = f"{dns.HOSTS}/.heartbeat"
MAXIMUM_HEARTBEAT_AGE = "-90 seconds"


def ensure(
    client: DockerClient, instance: Instance, addresses: Addresses, image: str, cluster: Container
) -> None:
    """Start the controller if it does not run.

    Raises LocalcloudError if it does not start, or has not read the cluster's Services within a minute.
    """
    kubeconfig = _kubeconfig(instance, cluster)
    container = containers.ensure(client, instance, spec(instance, addresses, image, kubeconfig))
    containers.wait_until_ready(container, lambda: heartbeat_is_recent(container), READY_SECONDS, PART)


def heartbeat_is_recent(container: Container) -> bool:
    """Return whether the controller has read the cluster within the last 90 s."""
    found = container.exec_run(["find", HEARTBEAT, "-newermt", MAXIMUM_HEARTBEAT_AGE])
    return found.exit_code == 0 and HEARTBEAT.encode() in found.output


def spec(instance: Instance, addresses: Addresses, image: str, kubeconfig: str) -> ContainerSpec:
    """Return the desired container."""
    return ContainerSpec(
        part=PART,
        image=image,
        entrypoint=["python3", "-m", "controller"],
        volumes={dns.hosts_volume(instance): dns.HOSTS},
        environment={
            "KUBECONFIG": KUBECONFIG,
            "ADDRESSES": json.dumps(addresses.loadbalancers),
            "HOSTS_DIRECTORY": dns.HOSTS,
            "ZONE": dns.ZONE,
        },
        files=[ContainerFile(KUBECONFIG, kubeconfig)],
    )


def _kubeconfig(instance: Instance, cluster: Container) -> str:
    data = _token(cluster)
    name = "loadbalancer"
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "users": [{"name": name, "user": {"token": base64.b64decode(data["token"]).decode()}}],
        "clusters": [
            {
                "name": name,
                "cluster": {
                    "server": f"https://{instance.node}:6443",
                    "certificate-authority-data": data["ca.crt"],
                },
            }
        ],
    }
    return json.dumps(document, indent=1, sort_keys=True)


def _token(cluster: Container) -> dict[str, Any]:
    """Return the data of the service account's token; apply the manifest if it is not of this version."""
    manifest = (files("localcloud.parts") / "manifests" / "loadbalancer.yaml").read_text(encoding="utf-8")
    version = hashlib.sha256(manifest.encode()).hexdigest()[:16]
    existing = _read_token(cluster)
    if existing and existing["metadata"]["labels"].get("localcloud/version") == version:
        return dict(existing["data"])
    node.apply(cluster, manifest.replace("VERSION", f'"{version}"'))
    found = until(
        "The cluster created no token for the load balancer",
        lambda: _read_token(cluster),
        TOKEN_SECONDS,
        every=0.2,
        hint="run make down, then make up",
        log=lambda: containers.log(cluster),
    )
    return dict(found["data"])


def _read_token(cluster: Container) -> dict[str, Any] | None:
    try:
        found = node.get(cluster, "secret", TOKEN, f"--namespace={NAMESPACE}")
    except LocalcloudError:
        return None
    return found if "token" in found.get("data", {}) else None
