"""Why the pods of a slot do not start."""

from __future__ import annotations

from typing import Any

import pytest

from memory_cluster import MemoryCluster
from seatrial.kube.diagnosis import LAST_EVENTS, diagnose, permanent_failure
from seatrial.kube.labels import MANAGED, MANAGER, SLOT
from seatrial.kube.protocol import Manifest, UnreachableError

NAME = "classifier-blue-1"


def _pod(waiting: dict[str, str], **status: Any) -> Manifest:
    return {
        "kind": "Pod",
        "metadata": {"name": NAME, "labels": {MANAGED: MANAGER, SLOT: "blue"}},
        "status": {
            "phase": "Pending",
            "containerStatuses": [{"state": {"waiting": waiting}, **status}],
        },
    }


@pytest.mark.parametrize(
    ("pod", "reason"),
    [
        (_pod({"reason": "InvalidImageName", "message": "bad"}), "InvalidImageName: bad"),
        (_pod({"reason": "ImagePullBackOff", "message": "manifest unknown"}), "ImagePullBackOff"),
        (
            _pod({"reason": "CrashLoopBackOff"}, restartCount=2, lastState={"terminated": {"exitCode": 3}}),
            "it crashed 3 times, last with exit code 3",
        ),
    ],
    ids=["invalid-name", "missing-image", "repeated-crash"],
)
def test_a_permanent_failure_names_the_pod_and_the_reason(
    cluster: MemoryCluster, pod: Manifest, reason: str
) -> None:
    """A pod that cannot start without a change is named with its reason."""
    cluster.apply(pod)
    assert permanent_failure(cluster, "trial", "blue").startswith(f"pod {NAME}: {reason}")


@pytest.mark.parametrize(
    "pod",
    [
        _pod({"reason": "ErrImagePull", "message": "connection refused"}),
        _pod(
            {
                "reason": "ErrImagePull",
                "message": "pull access denied, repository does not exist or may require authorization",
            }
        ),
        _pod({"reason": "CrashLoopBackOff"}, restartCount=1),
        {**_pod({}), "status": {}},
    ],
    ids=["registry-unreachable", "pull-secret-not-read-yet", "crashed-once", "no-status"],
)
def test_a_temporary_failure_is_not_permanent(cluster: MemoryCluster, pod: Manifest) -> None:
    """A pod that can still start has no permanent failure."""
    cluster.apply(pod)
    assert permanent_failure(cluster, "trial", "blue") == ""


def test_a_failure_in_the_other_slot_does_not_count(cluster: MemoryCluster) -> None:
    """Only pods of the slot are examined."""
    cluster.apply(_pod({"reason": "InvalidImageName"}))
    assert permanent_failure(cluster, "trial", "green") == ""


def test_a_diagnosis_has_phase_events_and_log(cluster: MemoryCluster) -> None:
    """A diagnosis has the pod's phase, its last events in the order of their time, and its log."""
    cluster.apply(_pod({}))
    for number in reversed(range(LAST_EVENTS + 2)):
        event = {"lastTimestamp": f"2026-01-01T00:00:{number:02}Z", "reason": "BackOff", "message": number}
        cluster.apply({"kind": "Event", "metadata": {"name": f"event-{number}"}, **event})
    cluster.logs[NAME] = "first line\nlast line"
    lines = diagnose(cluster, "trial", "blue").splitlines()
    assert lines[0] == f"pod {NAME}: Pending"
    assert lines[1:-2] == [f"  BackOff: {number}" for number in range(2, LAST_EVENTS + 2)]
    assert lines[-2:] == ["  | first line", "  | last line"]


def test_a_diagnosis_of_an_unreachable_cluster_has_the_reason(
    cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cluster that cannot be read does not hide the failure that is being diagnosed."""

    def unreachable(*_: object, **__: object) -> None:
        raise UnreachableError("cluster trial does not respond")

    monkeypatch.setattr(cluster, "list", unreachable)
    assert diagnose(cluster, "trial", "blue") == "no diagnosis: cluster trial does not respond"
