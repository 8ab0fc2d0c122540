"""The request to the holder of a Lease to stop, as an annotation of the Lease."""

from __future__ import annotations

from contextlib import suppress

from seatrial.kube.protocol import Cluster, ClusterError, Manifest

STOP = "seatrial.io/stop-requested"


def stop_request(lease: Manifest) -> str:
    """Return who asks the holder to stop and why, or an empty string."""
    return str((lease.get("metadata", {}).get("annotations") or {}).get(STOP, ""))


def ask_to_stop(cluster: Cluster, lease: Manifest, why: str) -> None:
    """Ask the holder of a Lease to stop, unless it is asked already.

    If the Lease was written meanwhile, nothing is changed: the caller reads it again.
    """
    if stop_request(lease):
        return
    metadata = lease["metadata"]
    metadata["annotations"] = {**(metadata.get("annotations") or {}), STOP: why}
    with suppress(ClusterError):
        cluster.replace(lease)
