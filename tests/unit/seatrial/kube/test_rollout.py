"""The status of a rollout, and the wait for its end."""

from __future__ import annotations

from typing import Any

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import HeldError, RefusedError
from seatrial.kube.rollout import rollout_status, wait_for_rollout
from virtual_runtime import VirtualRuntime


def _deployment(observed: int = 2, reason: str = "", **status: Any) -> dict[str, Any]:
    conditions = [{"type": "Progressing", "reason": reason}] if reason else []
    return {
        "kind": "Deployment",
        "metadata": {"name": "classifier-blue", "generation": 2},
        "spec": {"replicas": 2},
        "status": {"observedGeneration": observed, "conditions": conditions, **status},
    }


DONE: dict[str, Any] = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}


@pytest.mark.parametrize(
    ("found", "done", "failed"),
    [
        (_deployment(**DONE), True, False),
        (_deployment(observed=1, **DONE), False, False),
        (_deployment(observed=1, reason="ProgressDeadlineExceeded", **DONE), False, False),
        (_deployment(reason="ProgressDeadlineExceeded", **DONE), False, True),
        (_deployment(reason="NewReplicaSetAvailable", **DONE), True, False),
        (_deployment(replicas=2, updatedReplicas=1, availableReplicas=2), False, False),
        (_deployment(replicas=3, updatedReplicas=2, availableReplicas=3), False, False),
        (_deployment(replicas=2, updatedReplicas=2, availableReplicas=1), False, False),
        (_deployment(), False, False),
    ],
    ids=[
        "done",
        "unobserved",
        "old-deadline",
        "deadline",
        "new",
        "updating",
        "old-replicas",
        "unavailable",
        "none",
    ],
)
def test_the_status_matches_kubectl_rollout_status(found: dict[str, Any], done: bool, failed: bool) -> None:
    """A rollout is done or failed exactly when `kubectl rollout status` reports it."""
    status = rollout_status(found)
    assert (status.done, status.failed) == (done, failed)


def _pod(state: dict[str, Any], restarts: int = 0) -> dict[str, Any]:
    labels = {"app.kubernetes.io/managed-by": "seatrial", "seatrial.io/slot": "blue"}
    status = {"state": {"waiting": state}, "restartCount": restarts}
    return {
        "kind": "Pod",
        "metadata": {"name": "classifier-blue-1", "labels": labels},
        "status": {"phase": "Pending", "containerStatuses": [status]},
    }


def test_the_wait_ends_when_the_rollout_is_done(cluster: MemoryCluster) -> None:
    """The wait ends at once if the rollout is done."""
    cluster.apply(_deployment(**DONE))
    wait_for_rollout(cluster, "trial", "blue", 1)


def test_a_missing_image_ends_the_wait_at_once(cluster: MemoryCluster, runtime: VirtualRuntime) -> None:
    """A pod whose image does not exist fails the rollout at once, with the pod's log."""
    cluster.apply(_deployment())
    cluster.apply(_pod({"reason": "ErrImagePull", "message": "…: not found"}))
    cluster.logs["classifier-blue-1"] = "the last line"
    with pytest.raises(RefusedError, match="ErrImagePull") as caught:
        wait_for_rollout(cluster, "trial", "blue", 60, runtime=runtime)
    assert runtime.monotonic() == 0
    assert "the last line" in caught.value.log


@pytest.mark.parametrize(
    "pod",
    [
        _pod({"reason": "ErrImagePull", "message": "dial tcp: connection refused"}),
        _pod({"reason": "CrashLoopBackOff"}, restarts=1),
        _pod({"reason": "ContainerCreating"}),
    ],
    ids=["registry-unreachable", "crashed-once", "creating"],
)
def test_a_temporary_failure_is_waited_for_until_the_deadline(
    cluster: MemoryCluster, runtime: VirtualRuntime, pod: dict[str, Any]
) -> None:
    """A pod that can still start fails the rollout at the deadline only."""
    cluster.apply(_deployment())
    cluster.apply(pod)
    with pytest.raises(RefusedError, match="timed out after 60 s; 0 of 2 replicas"):
        wait_for_rollout(cluster, "trial", "blue", 60, runtime=runtime)


def test_a_failed_check_ends_the_wait(cluster: MemoryCluster) -> None:
    """An error of `check`, as when the Lease is lost, ends the wait."""
    cluster.apply(_deployment())

    def check() -> None:
        raise HeldError("lost")

    with pytest.raises(HeldError):
        wait_for_rollout(cluster, "trial", "blue", 60, check)


def test_the_reason_why_pods_are_not_created_is_in_the_detail() -> None:
    """The message of a ReplicaFailure condition, as from a quota, is part of the status."""
    found = _deployment(replicas=1, updatedReplicas=1, availableReplicas=1)
    failure = {"type": "ReplicaFailure", "message": "exceeded quota: no-more"}
    found["status"]["conditions"].append(failure)
    assert rollout_status(found).detail.endswith("exceeded quota: no-more")
