"""The pods of a release, as a Service would select them."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.kube.diagnosis import running_pods_of
from seatrial.kube.labels import RELEASE, Slot
from seatrial.kube.protocol import Cluster, Manifest

PORT_NAME = "http"


@dataclass(frozen=True)
class Pod:
    """A pod of a release: its name, its HTTP port, whether it is ready, how often containers restarted."""

    name: str
    port: int
    ready: bool
    restarts: int = 0


def pods_of_release(cluster: Cluster, namespace: str, slot: Slot, release: str) -> list[Pod]:
    """Return the pods of a release in a slot, without those that are being deleted."""
    return [
        Pod(pod["metadata"]["name"], _port(pod), _ready(pod), _restarts(pod))
        for pod in running_pods_of(cluster, namespace, slot)
        if pod["metadata"].get("labels", {}).get(RELEASE) == release
    ]


def _port(pod: Manifest) -> int:
    ports = [port for container in pod["spec"]["containers"] for port in container.get("ports") or []]
    return next((int(port["containerPort"]) for port in ports if port.get("name") == PORT_NAME), 0)


def _restarts(pod: Manifest) -> int:
    statuses = (pod.get("status") or {}).get("containerStatuses") or []
    return sum(int(each.get("restartCount", 0)) for each in statuses)


def _ready(pod: Manifest) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
