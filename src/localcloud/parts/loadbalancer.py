"""The load balancer: a small controller in a container of its own, with no more rights than it needs."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import Any

from docker import DockerClient
from docker.models.containers import Container
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from localcloud import containers
from localcloud.addresses import Addresses
from localcloud.containers import File, Spec
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance
from localcloud.parts import dns, node

PART = "loadbalancer"
NAMESPACE = "localcloud"
TOKEN = "loadbalancer-token"  # noqa: S105
KUBECONFIG = "/run/kubeconfig"
READY_SECONDS = 60
TOKEN_SECONDS = 30
# Written at every look at the cluster, which happens at least twice a minute.
HEARTBEAT = f"{dns.HOSTS}/.heartbeat"
FRESH = "-90 seconds"


def ensure(
    client: DockerClient, instance: Instance, addresses: Addresses, image: str, cluster: Container
) -> None:
    """Have every Service of type LoadBalancer get an address and its name.

    Raises LocalcloudError where the controller cannot be started or has not read the cluster within a minute.
    """
    kubeconfig = _kubeconfig(instance, cluster)
    container = containers.ensure(client, instance, spec(instance, addresses, image, kubeconfig))
    containers.wait(container, lambda: beats(container), READY_SECONDS, PART)


def beats(container: Container) -> bool:
    """Say whether the controller has looked at the cluster lately."""
    found = container.exec_run(["find", HEARTBEAT, "-newermt", FRESH])
    return found.exit_code == 0 and HEARTBEAT.encode() in found.output


def spec(instance: Instance, addresses: Addresses, image: str, kubeconfig: str) -> Spec:
    """Return the container that the load balancer should be."""
    return Spec(
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
        files=[File(KUBECONFIG, kubeconfig)],
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
    """Return the data of the controller's token, giving it its rights first where they are not these."""
    manifest = (files("localcloud.parts") / "manifests" / "loadbalancer.yaml").read_text(encoding="utf-8")
    version = hashlib.sha256(manifest.encode()).hexdigest()[:16]
    known = _read_token(cluster)
    if known and known["metadata"]["labels"].get("localcloud/version") == version:
        return dict(known["data"])
    node.apply(cluster, manifest.replace("VERSION", f'"{version}"'))
    return _wait_for_token(cluster)


def _wait_for_token(cluster: Container) -> dict[str, Any]:
    waits = Retrying(
        stop=stop_after_delay(TOKEN_SECONDS),
        wait=wait_fixed(0.2),
        retry=retry_if_result(lambda found: found is None),
    )
    try:
        return dict((waits(_read_token, cluster) or {})["data"])
    except RetryError as error:
        raise LocalcloudError(
            f"The cluster gave the load balancer no token within {TOKEN_SECONDS} s",
            "make down, then make up",
            containers.log(cluster),
        ) from error


def _read_token(cluster: Container) -> dict[str, Any] | None:
    try:
        found = node.get(cluster, "secret", TOKEN, f"--namespace={NAMESPACE}")
    except LocalcloudError:
        return None
    return found if "token" in found.get("data", {}) else None
