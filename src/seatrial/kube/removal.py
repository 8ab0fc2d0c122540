"""Apply an object although one of its name is being deleted: finalizers may keep that for a while."""

from __future__ import annotations

from collections.abc import Callable

from seatrial.kube.protocol import Cluster, Manifest
from seatrial.runtime import Runtime
from seatrial.wait import until

# A cloud removes a Service only once its load balancer is gone.
REMOVAL_SECONDS = 120


def apply_once_removed(
    cluster: Cluster, manifest: Manifest, namespace: str, check: Callable[[], None], runtime: Runtime
) -> Manifest:
    """Apply a manifest and return the object, which is not one that is being deleted.

    Such an object takes changes and is lost with them, so its removal is waited for. `check` is called
    before each poll; what it raises ends the wait. Raises OutsideError after REMOVAL_SECONDS.
    """
    found = cluster.apply(manifest)
    if not _is_deleted(found):
        return found
    kind, name = manifest["kind"], manifest["metadata"]["name"]

    def poll() -> bool | None:
        check()
        found = cluster.get(kind, name, namespace)
        return None if found and _is_deleted(found) else True

    command = f"{cluster.kubectl} -n {namespace} get {kind.lower()} {name} -o yaml"
    hint = f"{command} shows the finalizers that keep it"
    until(f"removal of {kind} {name}", poll, REMOVAL_SECONDS, hint, runtime=runtime)
    return cluster.apply(manifest)


def _is_deleted(found: Manifest) -> bool:
    return bool(found["metadata"].get("deletionTimestamp"))
