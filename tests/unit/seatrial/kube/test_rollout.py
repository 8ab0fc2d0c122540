"""The judgement of a rollout."""

from __future__ import annotations

from typing import Any

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import HeldError, RefusedError
from seatrial.kube.rollout import judge, wait_for_rollout


def _deployment(observed: int = 2, reason: str = "", **status: int) -> dict[str, Any]:
    conditions = [{"type": "Progressing", "reason": reason}] if reason else []
    return {
        "kind": "Deployment",
        "metadata": {"name": "classifier-blue", "generation": 2},
        "spec": {"replicas": 2},
        "status": {"observedGeneration": observed, "conditions": conditions, **status},
    }


DONE = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}


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
        "old-left",
        "unavailable",
        "none",
    ],
)
def test_it_judges_as_kubectl_rollout_status(found: dict[str, Any], done: bool, failed: bool) -> None:
    """A rollout is done or failed exactly where `kubectl rollout status` says so."""
    progress = judge(found)
    assert (progress.done, progress.failed) == (done, failed)


def _pod(state: dict[str, Any], restarts: int = 0) -> dict[str, Any]:
    labels = {"app.kubernetes.io/managed-by": "seatrial", "seatrial.io/slot": "blue"}
    status = {"state": {"waiting": state}, "restartCount": restarts}
    return {
        "kind": "Pod",
        "metadata": {"name": "classifier-blue-1", "labels": labels},
        "status": {"phase": "Pending", "containerStatuses": [status]},
    }


def test_a_rollout_that_is_done_ends_the_wait(cluster: MemoryCluster) -> None:
    """Waiting ends as soon as the rollout is done."""
    cluster.apply(_deployment(**DONE))
    wait_for_rollout(cluster, "trial", "blue", 1)  # type: ignore[arg-type]


def test_a_missing_image_is_refused_at_once_with_the_pods_story(cluster: MemoryCluster) -> None:
    """A pod whose image does not exist ends the wait at once, with the pod's log for the reader."""
    cluster.apply(_deployment())
    cluster.apply(_pod({"reason": "ErrImagePull", "message": "…: not found"}))
    cluster.logs["classifier-blue-1"] = "the last line"
    with pytest.raises(RefusedError, match="ErrImagePull") as caught:
        wait_for_rollout(cluster, "trial", "blue", 60)  # type: ignore[arg-type]
    assert "the last line" in caught.value.log


@pytest.mark.parametrize(
    "pod",
    [
        _pod({"reason": "ErrImagePull", "message": "dial tcp: connection refused"}),
        _pod({"reason": "CrashLoopBackOff"}, restarts=1),
        _pod({"reason": "ContainerCreating"}),
    ],
    ids=["registry-away", "crashed-once", "creating"],
)
def test_what_may_still_mend_is_waited_for_until_the_deadline(
    cluster: MemoryCluster, pod: dict[str, Any]
) -> None:
    """Trouble that may pass is not taken for failure before the deadline, which ends the wait."""
    cluster.apply(_deployment())
    cluster.apply(pod)
    with pytest.raises(RefusedError, match="timed out after 1 s; 0 of 2 replicas"):
        wait_for_rollout(cluster, "trial", "blue", 1)  # type: ignore[arg-type]


def test_a_lost_environment_ends_the_wait(cluster: MemoryCluster) -> None:
    """Whoever lost the environment to somebody else stops waiting for a rollout in it."""
    cluster.apply(_deployment())

    def beat() -> None:
        raise HeldError("lost")

    with pytest.raises(HeldError):
        wait_for_rollout(cluster, "trial", "blue", 60, beat)  # type: ignore[arg-type]


def test_a_replica_that_may_not_be_made_is_no_riddle() -> None:
    """Where a quota or a policy keeps pods from being made, the cluster's own reason is told."""
    found = _deployment(replicas=1, updatedReplicas=1, availableReplicas=1)
    failure = {"type": "ReplicaFailure", "message": "exceeded quota: no-more"}
    found["status"]["conditions"].append(failure)
    assert judge(found).detail.endswith("exceeded quota: no-more")
