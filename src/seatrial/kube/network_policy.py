"""Whether a namespace's NetworkPolicies hold: a pod that may not reach out tries to, and says what happened.

The API server takes a policy whether or not anything enforces it: reading it back proves nothing.
"""

from __future__ import annotations

import uuid
from typing import Literal

from seatrial.errors import OutsideError
from seatrial.kube.client import Cluster, Manifest
from seatrial.kube.labels import MANAGED, MANAGER, PULL_SECRET
from seatrial.wait import until

Enforcement = Literal["holds", "open", "unknown"]

ANNOTATION = "seatrial.io/network-policy"
PROBE_SECONDS = 30
OPEN, CLOSED = 3, 4
# A policy takes hold of a new pod after a moment. Only silence counts as closed: a refusal is an answer.
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


def probe(cluster: Cluster, namespace: str, image: str) -> Enforcement:
    """Return what came of trying to reach the cluster's own API from a pod of this image (with Python).

    "unknown" where the pod did not run to its end in time. It is taken away in any case.
    Raises OutsideError when the cluster does not answer or refuses the pod.
    """
    name = f"fence-{uuid.uuid4().hex[:6]}"
    cluster.create(_pod(name, namespace, image))

    def look() -> int | None:
        found = cluster.get("Pod", name, namespace) or {}
        statuses = (found.get("status") or {}).get("containerStatuses") or [{}]
        ended = (statuses[0].get("state") or {}).get("terminated") or {}
        code: int | None = ended.get("exitCode")
        return code

    try:
        code = until("the probe of the network policies", look, PROBE_SECONDS)
    except OutsideError:
        code = 0
    finally:
        cluster.delete("Pod", name, namespace)
    return "holds" if code == CLOSED else "open" if code == OPEN else "unknown"


def remember(cluster: Cluster, namespace: str, found: Enforcement) -> None:
    """Write what was found at the namespace, so that the next look is a quick one."""
    note = {"name": namespace, "annotations": {ANNOTATION: found}}
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": note}, manager=f"{MANAGER}-fence")


def known(cluster: Cluster, namespace: str) -> Enforcement:
    """Return what was found before, "unknown" where nobody has looked."""
    found = cluster.get("Namespace", namespace) or {"metadata": {}}
    said = (found["metadata"].get("annotations") or {}).get(ANNOTATION)
    return "holds" if said == "holds" else "open" if said == "open" else "unknown"


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
