"""Why the pods of a slot do not start."""

from __future__ import annotations

from seatrial.errors import OutsideError
from seatrial.kube.labels import MANAGED_SELECTOR, SLOT, Slot
from seatrial.kube.protocol import Cluster, Manifest

# A container that crashed once may start at the next attempt, for example once a dependency is ready.
MIN_RESTARTS = 2
LAST_EVENTS = 8
PERMANENT_REASONS = ("InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError")
PULL_REASONS = ("ErrImagePull", "ImagePullBackOff")
# containerd's messages if the registry does not have the image.
MISSING_IMAGE = ("not found", "manifest unknown", "does not exist")
# The message without credentials: a kubelet may not have read the pull secret of a new namespace yet.
UNAUTHORIZED = "may require authorization"


def permanent_failure(cluster: Cluster, namespace: str, slot: Slot) -> str:
    """Return why a pod of the slot cannot start without a change, or an empty string."""
    for pod in pods_of(cluster, namespace, slot):
        for status in (pod.get("status") or {}).get("containerStatuses") or []:
            if reason := _permanent_reason(status):
                return f"pod {pod['metadata']['name']}: {reason}"
    return ""


def diagnose(cluster: Cluster, namespace: str, slot: Slot) -> str:
    """Return the phase, the last events and the last log lines of each pod of the slot.

    If the cluster cannot be read, returns a line with the reason.
    """
    try:
        pods = pods_of(cluster, namespace, slot)
        return "\n".join(line for pod in pods for line in _describe(cluster, namespace, pod))
    except OutsideError as error:
        return f"no diagnosis: {error.message}"


def pods_of(cluster: Cluster, namespace: str, slot: Slot) -> list[Manifest]:
    """Return the pods of the slot, terminating ones included."""
    return cluster.list("Pod", namespace, labels=f"{MANAGED_SELECTOR},{SLOT}={slot}")


def running_pods_of(cluster: Cluster, namespace: str, slot: Slot) -> list[Manifest]:
    """Return the pods of the slot that are not terminating."""
    found = pods_of(cluster, namespace, slot)
    return [pod for pod in found if not pod["metadata"].get("deletionTimestamp")]


def _permanent_reason(status: Manifest) -> str:
    waiting = (status.get("state") or {}).get("waiting") or {}
    reason, message = waiting.get("reason", ""), waiting.get("message", "")
    missing = reason in PULL_REASONS and any(text in message for text in MISSING_IMAGE)
    missing = missing and UNAUTHORIZED not in message
    if reason in PERMANENT_REASONS or missing:
        return f"{reason}: {message}"
    restarts = status.get("restartCount", 0)
    if reason == "CrashLoopBackOff" and restarts >= MIN_RESTARTS:
        code = ((status.get("lastState") or {}).get("terminated") or {}).get("exitCode")
        return f"it crashed {restarts + 1} times, last with exit code {code}"
    return ""


def _describe(cluster: Cluster, namespace: str, pod: Manifest) -> list[str]:
    name = pod["metadata"]["name"]
    events = cluster.list("Event", namespace, fields=f"involvedObject.name={name}")
    events.sort(key=lambda event: event.get("lastTimestamp") or event.get("eventTime") or "")
    lines = [f"pod {name}: {(pod.get('status') or {}).get('phase', 'unknown')}"]
    lines += [f"  {event.get('reason')}: {event.get('message')}" for event in events[-LAST_EVENTS:]]
    log = cluster.log(name, namespace) or cluster.log(name, namespace, previous=True)
    return lines + [f"  | {line}" for line in log.splitlines()]
