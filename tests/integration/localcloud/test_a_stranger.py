"""A second instance beside the first: what it leaves, and what each can use of the other."""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest
import requests
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from integration.localcloud.cloud import PARTS, Cloud, blob_service, registry_user, started, typed
from localcloud.engine import traces

OURS = ("docker-proxy", "containerd-shim", "kind", "kubelet", "etcd", "dnsmasq", "docker-registry", "cluster")

Census = dict[str, Counter[str]]


def census(client: docker.DockerClient, directory: Path) -> Census:
    """Count everything that an instance could leave on a machine."""
    return {
        "containers": Counter(
            container.name for container in client.containers.list(all=True, ignore_removed=True)
        ),
        "volumes": Counter(volume.name for volume in client.volumes.list()),
        "networks": Counter(network.name for network in client.networks.list()),
        "links": Counter(map(_kind, traces.links())),
        "mounts": Counter(
            line.split()[1].split("/")[1] for line in Path("/proc/mounts").read_text().splitlines()
        ),
        "rules": Counter(line for line in _said("iptables-save").splitlines() if line.startswith("-A")),
        "processes": Counter(
            name for name in map(_name, Path("/proc").glob("[0-9]*")) if name.startswith(OURS)
        ),
        "files": Counter(map(str, directory.parent.glob("*")))
        + Counter(map(str, Path("/lib").glob("modules"))),
    }


def _said(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True).stdout


def _kind(link: str) -> str:
    return "veth" if link.startswith("veth") else link


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return ""


@dataclass(frozen=True)
class Life:
    """The whole life of a second instance: what the machine held before, during and after it."""

    before: Census
    during: Census
    after: Census
    pod: str
    blob: bytes
    seconds_down: float


@pytest.fixture(scope="module")
def life(cloud: Cloud, image: str) -> Life:
    """Start a second instance, let each use the other, and take it down."""
    before = census(cloud.client, cloud.instance.directory)
    try:
        stranger = started("test-b")
        during = census(cloud.client, cloud.instance.directory)
        blob_service(stranger).get_blob_client("models", "x").upload_blob(b"of the stranger")
        blob = blob_service(stranger).get_blob_client("models", "x").download_blob().readall()
        pod = pull(stranger, cloud, image)
    finally:
        begun = time.monotonic()
        ended = typed("down", "--instance", "test-b")
        seconds = time.monotonic() - begun
    assert ended.code == 0, ended.err
    after = settled(before, cloud)
    return Life(before, during, after, pod, blob, seconds)


def settled(before: Census, cloud: Cloud) -> Census:
    """Count again until it is as before, for 20 s at most: the kernel takes links away in its own time."""
    waits = Retrying(
        stop=stop_after_delay(20), wait=wait_fixed(0.5), retry=retry_if_result(lambda found: found != before)
    )
    try:
        return waits(census, cloud.client, cloud.instance.directory)
    except RetryError as error:
        return error.last_attempt.result()  # type: ignore[no-any-return]


def pull(stranger: Cloud, cloud: Cloud, image: str) -> str:
    """Run a pod in the stranger's cluster from this instance's registry; return how it ended."""
    assert typed("connect", cloud.instance.name, "--instance", stranger.instance.name).code == 0
    config = (cloud.instance.secrets / "docker" / "config.json").read_text()
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/dockerconfigjson",
        "metadata": {"name": "registry"},
        "stringData": {".dockerconfigjson": config},
    }
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
    stranger.kubectl("wait", "--for=create", "serviceaccount/default", "--timeout=60s")
    for manifest in (secret, pod):
        stranger.kubectl("apply", "-f", "-", manifest=json.dumps(manifest))
    stranger.kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/once", "--timeout=90s")
    return stranger.kubectl("get", "pod", "once", "-o", "jsonpath={.status.phase}")


def test_down_leaves_nothing(life: Life) -> None:
    """Containers, volumes, networks, links, mounts, iptables rules, processes and files: as before."""
    assert {kind for kind in life.before if life.during[kind] == life.before[kind]} == set()
    assert life.after == life.before


def test_a_cluster_pulls_from_a_strangers_registry(life: Life) -> None:
    """An instance's registry serves another's cluster, by the same address and with its own password."""
    assert life.pod == "Succeeded"


def test_a_store_of_a_stranger_is_used_by_address(life: Life) -> None:
    """Another instance's store answers at its own address, to its own key."""
    assert life.blob == b"of the stranger"


def test_the_first_instance_noticed_nothing(cloud: Cloud, life: Life) -> None:
    """A second instance that came and went changed no part of the first, nor its password."""
    assert cloud.status() == dict.fromkeys(PARTS, "ready")
    url = f"http://{cloud.addresses.registry}:5000/v2/"
    assert requests.get(url, auth=registry_user(cloud), timeout=10).status_code == 200
