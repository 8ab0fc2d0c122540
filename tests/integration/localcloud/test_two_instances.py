"""A second instance beside the first one: isolation, sharing by address, and complete removal."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import docker
import psutil
import pytest
import requests

from integration.localcloud.cloud import (
    PARTS,
    Cloud,
    blob_service,
    pull_secret,
    registry_user,
    run_localcloud,
    start_instance,
)
from localcloud.engine import host_state
from localcloud.wait import DeadlineError, until

PROGRAMS = (
    "docker-proxy",
    "containerd-shim",
    "kind",
    "kubelet",
    "etcd",
    "dnsmasq",
    "docker-registry",
    "cluster",
)
SETTLE_SECONDS = 60
# Only root may read the rules.
AS_ROOT = () if os.geteuid() == 0 else ("sudo", "-n")

ResourceCounts = dict[str, Counter[str]]


def count_resources(client: docker.DockerClient, directory: Path) -> ResourceCounts:
    """Count everything on the machine that an instance creates."""
    return {
        "containers": Counter(
            container.name for container in client.containers.list(all=True, ignore_removed=True)
        ),
        "volumes": Counter(volume.name for volume in client.volumes.list()),
        "networks": Counter(network.name for network in client.networks.list()),
        "links": Counter(map(_link_kind, host_state.links())),
        "mounts": Counter(part.mountpoint.split("/")[1] for part in psutil.disk_partitions(all=True)),
        "rules": Counter(
            line for line in _output(*AS_ROOT, "iptables-save").splitlines() if line.startswith("-A")
        ),
        "processes": Counter(name for name in _process_names() if name.startswith(PROGRAMS)),
        "files": Counter(map(str, directory.parent.glob("*")))
        + Counter(map(str, Path("/lib").glob("modules"))),
    }


def _output(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True).stdout


def _link_kind(link: str) -> str:
    return "veth" if link.startswith("veth") else link


def _process_names() -> list[str]:
    return [process.info["name"] or "" for process in psutil.process_iter(["name"])]


@dataclass(frozen=True)
class SecondInstance:
    """What the machine contained before, during and after a second instance, and what that instance did."""

    before: ResourceCounts
    during: ResourceCounts
    after: ResourceCounts
    pod_phase: str
    blob: bytes


@pytest.fixture(scope="module")
def second(cloud: Cloud, image: str) -> SecondInstance:
    """Start a second instance, use it together with the first one, and remove it."""
    # After a repair of the first instance its system pods may still be starting.
    cloud.kubectl("wait", "--for=condition=Available", "deployments", "--all", "-A", "--timeout=180s")
    before = unchanging_counts(cloud)
    try:
        other = start_instance("test-b")
        during = count_resources(cloud.client, cloud.instance.directory)
        blob_service(other).get_blob_client("models", "x").upload_blob(b"of the second instance")
        blob = blob_service(other).get_blob_client("models", "x").download_blob().readall()
        pod_phase = pull(other, cloud, image)
    finally:
        result = run_localcloud("down", "--instance", "test-b")
    assert result.code == 0, result.err
    return SecondInstance(before, during, settled(before, cloud), pod_phase, blob)


def unchanging_counts(cloud: Cloud) -> ResourceCounts:
    """Return the counts once two in a row, a few seconds apart, are equal."""
    last: list[ResourceCounts] = [{}]

    def equal_to_last() -> bool:
        last.append(count_resources(cloud.client, cloud.instance.directory))
        return last[-1] == last[-2]

    until("The machine kept changing", equal_to_last, 120, every=5)
    return last[-1]


def settled(before: ResourceCounts, cloud: Cloud) -> ResourceCounts:
    """Wait until the counts are as before, because the kernel removes links late; return it."""

    def now() -> ResourceCounts:
        return count_resources(cloud.client, cloud.instance.directory)

    with contextlib.suppress(DeadlineError):
        until("The machine was not as before", lambda: now() == before, SETTLE_SECONDS, every=0.5)
    return now()


def pull(other: Cloud, cloud: Cloud, image: str) -> str:
    """Run a pod in the other cluster from the first instance's registry; return its phase."""
    assert run_localcloud("connect", cloud.instance.name, "--instance", other.instance.name).code == 0
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "once"},
        "spec": {
            "restartPolicy": "Never",
            "imagePullSecrets": [{"name": "registry"}],
            "containers": [{"name": "once", "image": image, "command": ["true"]}],
        },
    }
    other.kubectl("wait", "--for=create", "serviceaccount/default", "--timeout=60s")
    for manifest in (pull_secret(cloud), json.dumps(pod)):
        other.kubectl("apply", "-f", "-", manifest=manifest)
    other.kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/once", "--timeout=90s")
    return other.kubectl("get", "pod", "once", "-o", "jsonpath={.status.phase}")


def test_down_removes_everything(second: SecondInstance) -> None:
    """Containers, volumes, networks, links, mounts, iptables rules, processes and files are as before."""
    assert {kind for kind in second.before if second.during[kind] == second.before[kind]} == set()
    assert second.after == second.before


def test_a_cluster_can_pull_from_another_instances_registry(second: SecondInstance) -> None:
    """After `connect` a cluster pulls from another instance's registry, by the same address and password."""
    assert second.pod_phase == "Succeeded"


def test_another_instances_store_is_reachable_by_address(second: SecondInstance) -> None:
    """Another instance's Blob storage responds at its own address, to its own key."""
    assert second.blob == b"of the second instance"


def test_the_first_instance_is_unchanged(cloud: Cloud, second: SecondInstance) -> None:
    """A second instance changes no part of the first one, and not its password."""
    assert cloud.status() == dict.fromkeys(PARTS, "ready")
    url = f"http://{cloud.addresses.registry}:5000/v2/"
    assert requests.get(url, auth=registry_user(cloud), timeout=10).status_code == 200
