"""Whether a cluster enforces NetworkPolicies: a pod attempts a connection that they deny.

The API server accepts a policy whether or not a network plugin enforces it, so reading it back proves
nothing.
"""

from __future__ import annotations

import uuid
from typing import Literal

from seatrial.errors import OutsideError
from seatrial.image_reference import ImageReference
from seatrial.kube.labels import MANAGED, MANAGER, PULL_SECRET
from seatrial.kube.protocol import CONFLICT, Cluster, ClusterError, Manifest
from seatrial.runtime import SYSTEM, Runtime
from seatrial.wait import until

Enforcement = Literal["holds", "open", "unknown"]

ANNOTATION = "seatrial.io/network-policy"
PROBE_SECONDS = 30
# The probe program's exit codes.
OPEN, CLOSED = 3, 4
# Plugins apply a policy to a new pod after a moment, so the program retries. Only a timeout counts as
# denied: a refused connection has reached the server.
PROGRAM = f"""
import os, socket, sys
address = os.environ["KUBERNETES_SERVICE_HOST"], int(os.environ["KUBERNETES_SERVICE_PORT"])
for attempt in range(5):
    try:
        socket.create_connection(address, timeout=2).close()
    except TimeoutError:
        sys.exit({CLOSED})
    except OSError:
        pass
    else:
        import time; time.sleep(1)
sys.exit({OPEN})
"""


def probe(
    cluster: Cluster, namespace: str, reference: ImageReference, runtime: Runtime = SYSTEM
) -> Enforcement:
    """Return whether a pod of this image (it needs python3) is kept from reaching the API server.

    "holds": the policies are enforced; "open": they are not; "unknown": the pod did not run to its end
    within PROBE_SECONDS. Always deletes the pod. Raises ClusterError if the pod is rejected, for
    example by a quota, and UnreachableError.
    """
    name = f"network-policy-probe-{uuid.uuid4().hex[:6]}"
    try:
        _create(cluster, _pod(name, namespace, str(reference)))
        code = _wait_for_exit(cluster, name, namespace, runtime)
    finally:
        cluster.delete("Pod", name, namespace)
    return "holds" if code == CLOSED else "open" if code == OPEN else "unknown"


def record(cluster: Cluster, namespace: str, enforcement: Enforcement) -> None:
    """Annotate the namespace with the result of the probe."""
    metadata = {"name": namespace, "annotations": {ANNOTATION: enforcement}}
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    # A field manager of its own: applying the overlay's Namespace must not remove the annotation.
    cluster.apply(manifest, manager=f"{MANAGER}-network-policy")


def recorded(cluster: Cluster, namespace: str) -> Enforcement:
    """Return the recorded result of the probe, "unknown" if there is none."""
    found = cluster.get("Namespace", namespace) or {"metadata": {}}
    value = (found["metadata"].get("annotations") or {}).get(ANNOTATION)
    return "holds" if value == "holds" else "open" if value == "open" else "unknown"


def _create(cluster: Cluster, pod: Manifest) -> None:
    try:
        cluster.create(pod)
    except ClusterError as error:
        # The first request may have succeeded although its response was lost: no other pod has this name.
        if error.status != CONFLICT:
            raise


def _wait_for_exit(cluster: Cluster, name: str, namespace: str, runtime: Runtime) -> int:
    """Return the exit code of a pod, or 0 if it does not end in time or the cluster does not respond."""
    try:
        return until(
            "network policy probe",
            lambda: _exit_code(cluster.get("Pod", name, namespace) or {}),
            PROBE_SECONDS,
            runtime=runtime,
        )
    except OutsideError:
        return 0


def _exit_code(pod: Manifest) -> int | None:
    statuses = (pod.get("status") or {}).get("containerStatuses") or [{}]
    terminated = (statuses[0].get("state") or {}).get("terminated") or {}
    code: int | None = terminated.get("exitCode")
    return code


def _pod(name: str, namespace: str, image: str) -> Manifest:
    security = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    container = {
        "name": "probe",
        "image": image,
        "command": ["python3", "-c", PROGRAM],
        "securityContext": security,
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "64Mi"}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {MANAGED: MANAGER}},
        "spec": {
            "restartPolicy": "Never",
            "activeDeadlineSeconds": PROBE_SECONDS,
            "automountServiceAccountToken": False,
            "imagePullSecrets": [{"name": PULL_SECRET}],
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [container],
        },
    }
