"""The controllers and nodes of a cluster: pods of Deployments, their readiness, Services' addresses."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seatrial.kube.labels import LIVE, RELEASE
from seatrial.kube.protocol import Manifest

if TYPE_CHECKING:
    from simulation.server import ApiServer

NODES = ("node-a", "node-b")
OBSERVE_SECONDS = 0.1
START_SECONDS = 1.0
TERMINATION_SECONDS = 1.5
ADDRESS_SECONDS = 0.5
# After this time the pods of a lost node are to be deleted, and their Deployment starts others elsewhere.
EVICTION_SECONDS = 20.0


@dataclass(eq=False)
class Pod:
    """A pod of a Deployment; it responds from `ready` to `ends`, and exists until `gone`."""

    name: str
    owner: str
    labels: dict[str, str]
    image: str
    node: str
    ready: float
    ends: float = math.inf
    gone: float = math.inf
    lost: bool = False

    def responds(self, now: float) -> bool:
        """Return whether the pod is ready."""
        return self.ready <= now < self.ends and not self.lost


@dataclass
class Controllers:
    """What the cluster does by itself. `ready_images` returns whether an image's pods become ready."""

    server: ApiServer
    now: Callable[[], float]
    becomes_ready: Callable[[str], bool] = lambda _: True
    pods: list[Pod] = field(default_factory=list)
    lost_nodes: dict[str, float] = field(default_factory=dict)
    _changed: dict[tuple[str, str], float] = field(default_factory=dict)
    names: int = 0

    def restore(self, pods: list[Pod], names: int) -> None:
        """Continue with the pods of a snapshot."""
        self.pods, self.names = pods, names
        self._changed = dict.fromkeys(self.server.objects, 0.0)

    def spec_changed(self, body: Manifest) -> None:
        """Act on an object whose `spec` is new."""
        key = (body["kind"], body["metadata"]["name"])
        if key[0] == "Deployment" or key not in self._changed:
            self._changed[key] = self.now()
        if body["kind"] == "Deployment":
            self._reconcile(body)

    def deployment_deleted(self, name: str) -> None:
        """Terminate the pods of a deleted Deployment."""
        for pod in self.pods:
            if pod.owner == name:
                self._terminate(pod)

    def lose(self, node: str) -> None:
        """Lose a node: its pods stop responding at once."""
        self.lost_nodes[node] = self.now()
        for pod in self.pods:
            if pod.node == node:
                pod.lost, pod.gone = True, math.inf
        self.server.touch()

    def replace_pods(self, name: str) -> None:
        """End the pods of a Deployment, which starts others."""
        self.deployment_deleted(name)
        self._reconcile(self.server.objects["Deployment", name])

    def evict(self, node: str) -> None:
        """Mark the pods of a lost node as terminating, which never ends, and start others elsewhere."""
        for pod in self.pods:
            if pod.node == node:
                self._terminate(pod)
        for body in [each for (kind, _), each in self.server.objects.items() if kind == "Deployment"]:
            self._reconcile(body)
        self.server.touch()

    def matching(self, selector: dict[str, str]) -> list[Pod]:
        """Return the ready pods that a selector matches."""
        now, wanted = self.now(), selector.items()
        return [pod for pod in self.pods if pod.responds(now) and wanted <= pod.labels.items()]

    def ready_count(self, deployment: str, release: str) -> int:
        """Return the number of ready pods of a release in a Deployment."""
        now = self.now()
        owned = (pod for pod in self.pods if pod.owner == deployment and pod.responds(now))
        return sum(pod.labels.get(RELEASE) == release for pod in owned)

    def pod_objects(self) -> list[Manifest]:
        """Return the pods that still exist as objects."""
        now = self.now()
        self.pods = [pod for pod in self.pods if pod.gone > now]
        return [_object(pod, now) for pod in self.pods]

    def nodes(self) -> list[Manifest]:
        """Return the nodes that are not lost."""
        info = {"nodeInfo": {"operatingSystem": "linux", "architecture": "amd64"}}
        return [
            {"kind": "Node", "metadata": {"name": name, "labels": {}}, "spec": {}, "status": info}
            for name in NODES
            if name not in self.lost_nodes
        ]

    def with_status(self, body: Manifest) -> Manifest:
        """Add the present status to a copy of an object."""
        if body["kind"] == "Deployment":
            body["status"] = self._deployment_status(body)
        elif body["kind"] == "Service":
            since = self._changed.get(("Service", body["metadata"]["name"]), 0.0)
            if self.now() >= since + ADDRESS_SECONDS:
                address = address_of(self.server.environment, body["metadata"]["name"])
                body["status"] = {"loadBalancer": {"ingress": [{"ip": address}]}}
        return body

    def _deployment_status(self, body: Manifest) -> dict[str, Any]:
        now, name, metadata = self.now(), body["metadata"]["name"], body["metadata"]
        pods = [pod for pod in self.pods if pod.owner == name and pod.ends > now]
        updated = [pod for pod in pods if _is_of(pod, body)]
        observed = now >= self._changed[("Deployment", name)] + OBSERVE_SECONDS
        return {
            "observedGeneration": metadata["generation"] - (not observed),
            "replicas": len(pods),
            "updatedReplicas": len(updated),
            "availableReplicas": sum(pod.responds(now) for pod in pods),
        }

    def _reconcile(self, body: Manifest) -> None:
        name, wanted, now = body["metadata"]["name"], body["spec"].get("replicas", 1), self.now()
        pods = [pod for pod in self.pods if pod.owner == name and pod.ends > now]
        current = [pod for pod in pods if _is_of(pod, body)]
        for pod in current[wanted:]:
            self._terminate(pod)
        started = [self._start(name, body) for _ in range(wanted - len(current))]
        # Old pods serve until the new ones are ready; a rollout that never succeeds keeps them.
        replaced = max((pod.ready for pod in started), default=now)
        for pod in pods:
            if pod not in current:
                self._terminate(pod, replaced)

    def _start(self, owner: str, body: Manifest) -> Pod:
        self.names += 1
        alive = [node for node in NODES if node not in self.lost_nodes]
        template = body["spec"]["template"]
        image = template["spec"]["containers"][0]["image"]
        ready = self.now() + START_SECONDS + 0.3 * (self.names % 3)
        pod = Pod(
            name=f"{owner}-{self.names}",
            owner=owner,
            labels=dict(template["metadata"]["labels"]),
            image=image,
            node=alive[self.names % len(alive)],
            ready=ready if self.becomes_ready(image) else math.inf,
        )
        self.pods.append(pod)
        return pod

    def _terminate(self, pod: Pod, at: float = 0.0) -> None:
        moment = max(at, self.now())
        if moment < pod.ends:
            pod.ends = moment
            pod.gone = math.inf if pod.node in self.lost_nodes else moment + TERMINATION_SECONDS


def address_of(environment: str, service: str) -> str:
    """Return the address of a Service's load balancer."""
    return f"{environment}-{'live' if service == LIVE else 'preview'}"


def _is_of(pod: Pod, body: Manifest) -> bool:
    template = body["spec"]["template"]
    labels: dict[str, str] = template["metadata"]["labels"]
    return pod.labels == labels and pod.image == template["spec"]["containers"][0]["image"]


def _object(pod: Pod, now: float) -> Manifest:
    metadata: dict[str, Any] = {"name": pod.name, "labels": pod.labels}
    if pod.ends <= now:
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    state = {"phase": "Running", "containerStatuses": [{"ready": pod.responds(now), "restartCount": 0}]}
    return {"kind": "Pod", "metadata": metadata, "spec": {"nodeName": pod.node}, "status": state}
