"""Why pods do not come up: what can never mend by waiting, and what a reader wants to see."""

from __future__ import annotations

from seatrial.errors import OutsideError
from seatrial.kube.client import Cluster, Manifest
from seatrial.kube.labels import MANAGED_SELECTOR, SLOT, Slot

# A crash may pass with a dependency that comes late; one that repeats does not.
CRASHES = 2
LAST_EVENTS = 8
NEVER = ("InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError")
PULLS = ("ErrImagePull", "ImagePullBackOff")
# What a registry answers where there is no such image, in containerd's words.
ABSENT = ("not found", "manifest unknown", "does not exist")


def certain_failure(cluster: Cluster, namespace: str, slot: Slot) -> str:
    """Return why a slot's pods can never come up, or nothing while they still may."""
    for pod in pods_of(cluster, namespace, slot):
        for status in (pod.get("status") or {}).get("containerStatuses") or []:
            if why := _certain(status):
                return f"pod {pod['metadata']['name']}: {why}"
    return ""


def diagnose(cluster: Cluster, namespace: str, slot: Slot) -> str:
    """Return the state, the events and the last log lines of a slot's pods, for a reader."""
    try:
        pods = pods_of(cluster, namespace, slot)
        return "\n".join(row for pod in pods for row in _story(cluster, namespace, pod))
    except OutsideError as error:
        return f"no diagnosis: {error.message}"


def pods_of(cluster: Cluster, namespace: str, slot: Slot) -> list[Manifest]:
    """Return a slot's pods, those on their way out included."""
    return cluster.list("Pod", namespace, labels=f"{MANAGED_SELECTOR},{SLOT}={slot}")


def _certain(status: Manifest) -> str:
    waiting = (status.get("state") or {}).get("waiting") or {}
    reason, message = waiting.get("reason", ""), waiting.get("message", "")
    if reason in NEVER or (reason in PULLS and any(word in message for word in ABSENT)):
        return f"{reason}: {message}"
    if reason == "CrashLoopBackOff" and status.get("restartCount", 0) >= CRASHES:
        ended = (status.get("lastState") or {}).get("terminated") or {}
        return f"it crashed {status['restartCount'] + 1} times, last with exit code {ended.get('exitCode')}"
    return ""


def _story(cluster: Cluster, namespace: str, pod: Manifest) -> list[str]:
    name = pod["metadata"]["name"]
    events = cluster.list("Event", namespace, fields=f"involvedObject.name={name}")
    events.sort(key=lambda e: e.get("lastTimestamp") or e.get("eventTime") or "")
    rows = [f"pod {name}: {(pod.get('status') or {}).get('phase', 'unknown')}"]
    rows += [f"  {e.get('reason')}: {e.get('message')}" for e in events[-LAST_EVENTS:]]
    log = cluster.log(name, namespace) or cluster.log(name, namespace, previous=True)
    return rows + [f"  | {row}" for row in log.splitlines()]
