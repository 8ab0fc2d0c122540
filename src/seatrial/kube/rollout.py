"""The judgement of a rollout: the rules of `kubectl rollout status`, polled under a deadline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from seatrial.errors import OutsideError, RefusedError
from seatrial.kube.client import Cluster, Manifest
from seatrial.kube.diagnosis import certain_failure, diagnose
from seatrial.kube.labels import Slot, deployment
from seatrial.wait import until


@dataclass(frozen=True)
class Progress:
    """Where a rollout stands: done, failed for good, or (neither) still on its way."""

    done: bool
    failed: bool
    detail: str


def judge(found: Manifest) -> Progress:
    """Return a Deployment's progress, exactly as `kubectl rollout status` judges it."""
    status, wanted = found.get("status") or {}, found["spec"].get("replicas", 1)
    if found["metadata"]["generation"] > status.get("observedGeneration", 0):
        return _waiting("its newest specification is not observed yet")
    if _condition(status, "Progressing").get("reason") == "ProgressDeadlineExceeded":
        return Progress(done=False, failed=True, detail="it exceeded its progress deadline")
    updated, total = status.get("updatedReplicas", 0), status.get("replicas", 0)
    available = status.get("availableReplicas", 0)
    if updated < wanted:
        why = _condition(status, "ReplicaFailure").get("message", "")
        return _waiting(f"{updated} of {wanted} replicas are of the new release{why and f': {why}'}")
    if total > updated:
        return _waiting(f"{total - updated} replicas of the old release are still there")
    if available < updated:
        return _waiting(f"{available} of {updated} replicas are available")
    return Progress(done=True, failed=False, detail=f"{available} replicas are available")


def wait_for_rollout(
    cluster: Cluster, namespace: str, slot: Slot, seconds: float, beat: Callable[[], None] = lambda: None
) -> None:
    """Wait until a slot's rollout is done; `beat` is called between two looks and may raise.

    Raises RefusedError, with the pods' events and last log lines, when the rollout fails: by
    Kubernetes' own word, by a pod that can never start, or because `seconds` have passed.
    """
    name, last = deployment(slot), Progress(False, False, "it is not there")

    def look() -> Progress | None:
        nonlocal last
        beat()
        found = cluster.get("Deployment", name, namespace)
        last = judge(found) if found else Progress(False, False, f"{name} is not there")
        if not last.done and not last.failed and (why := certain_failure(cluster, namespace, slot)):
            last = Progress(done=False, failed=True, detail=why)
        return last if last.done or last.failed else None

    try:
        until(f"rollout of {name}", look, seconds, every=0.3)
    except OutsideError as error:
        raise _refuse(cluster, namespace, slot, f"{error.message}; {last.detail}") from error
    if last.failed:
        raise _refuse(cluster, namespace, slot, f"rollout of {name} failed: {last.detail}")


def _refuse(cluster: Cluster, namespace: str, slot: Slot, message: str) -> RefusedError:
    hint = "the pods' events and last lines stand above"
    return RefusedError(message, hint, log=diagnose(cluster, namespace, slot))


def _waiting(detail: str) -> Progress:
    return Progress(done=False, failed=False, detail=detail)


def _condition(status: Manifest, kind: str) -> Manifest:
    found = [c for c in status.get("conditions") or [] if c.get("type") == kind]
    return dict(found[0]) if found else {}
