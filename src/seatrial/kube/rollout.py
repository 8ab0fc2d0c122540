"""Wait for a rollout, by the rules of `kubectl rollout status`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from seatrial.errors import OutsideError, RefusedError
from seatrial.kube.diagnosis import diagnose, permanent_failure
from seatrial.kube.labels import Slot, deployment
from seatrial.kube.protocol import Cluster, Manifest
from seatrial.runtime import SYSTEM, Runtime
from seatrial.wait import until

POLL_SECONDS = 0.3


@dataclass(frozen=True)
class RolloutStatus:
    """The status of a rollout: done, failed for good, or (neither) in progress."""

    detail: str
    done: bool = False
    failed: bool = False


def rollout_status(found: Manifest) -> RolloutStatus:
    """Return the status of a Deployment's rollout, as `kubectl rollout status` determines it."""
    status, wanted = found.get("status") or {}, found["spec"].get("replicas", 1)
    if found["metadata"]["generation"] > status.get("observedGeneration", 0):
        return RolloutStatus("its latest generation is not observed yet")
    if _condition(status, "Progressing").get("reason") == "ProgressDeadlineExceeded":
        return RolloutStatus("it exceeded its progress deadline", failed=True)
    updated, total = status.get("updatedReplicas", 0), status.get("replicas", 0)
    available = status.get("availableReplicas", 0)
    if updated < wanted:
        reason = _condition(status, "ReplicaFailure").get("message", "")
        return RolloutStatus(f"{updated} of {wanted} replicas are updated{reason and f': {reason}'}")
    if total > updated:
        return RolloutStatus(f"{total - updated} old replicas are pending termination")
    if available < updated:
        return RolloutStatus(f"{available} of {updated} updated replicas are available")
    return RolloutStatus(f"{available} replicas are available", done=True)


def wait_for_rollout(
    cluster: Cluster,
    namespace: str,
    slot: Slot,
    seconds: float,
    check: Callable[[], None] = lambda: None,
    runtime: Runtime = SYSTEM,
) -> None:
    """Wait until a slot's rollout is done.

    `check` is called before each poll; what it raises ends the wait. Raises RefusedError, with the pods'
    events and last log lines, if Kubernetes reports a failure, a pod cannot start without a change, or
    `seconds` have passed.
    """
    name = deployment(slot)
    last = RolloutStatus(f"{name} does not exist")

    def poll() -> RolloutStatus | None:
        nonlocal last
        check()
        last = _current_status(cluster, namespace, slot)
        return last if last.done or last.failed else None

    try:
        until(f"rollout of {name}", poll, seconds, every=POLL_SECONDS, runtime=runtime)
    except OutsideError as error:
        raise _refused(cluster, namespace, slot, f"{error.message}; {last.detail}") from error
    if last.failed:
        raise _refused(cluster, namespace, slot, f"rollout of {name} failed: {last.detail}")


def _current_status(cluster: Cluster, namespace: str, slot: Slot) -> RolloutStatus:
    name = deployment(slot)
    found = cluster.get("Deployment", name, namespace)
    status = rollout_status(found) if found else RolloutStatus(f"{name} does not exist")
    if status.done or status.failed:
        return status
    reason = permanent_failure(cluster, namespace, slot)
    return RolloutStatus(reason, failed=True) if reason else status


def _refused(cluster: Cluster, namespace: str, slot: Slot, message: str) -> RefusedError:
    hint = "see the pods' events and log lines above"
    return RefusedError(message, hint, log=diagnose(cluster, namespace, slot))


def _condition(status: Manifest, kind: str) -> Manifest:
    found = [c for c in status.get("conditions") or [] if c.get("type") == kind]
    return dict(found[0]) if found else {}
