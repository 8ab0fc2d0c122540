"""The stamp of an object: the number of the Lease transition under which it was written."""

from __future__ import annotations

from collections.abc import Iterable

from seatrial.kube.labels import MANAGED_SELECTOR, PART, TRANSITION
from seatrial.kube.protocol import Cluster, Manifest

MAX_DIGITS = 10
STAMPED_KINDS = ("Service", "Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget")


def stamped(manifest: Manifest, transition: int, found: Manifest | None) -> Manifest:
    """Return a manifest with a stamp, and the uid and resource version of the object found, if there is one.

    The API server refuses a manifest with a uid if the object was deleted meanwhile; a resource version alone
    would not keep `apply` from creating it again.
    """
    metadata = dict(manifest["metadata"])
    metadata["annotations"] = {**(metadata.get("annotations") or {}), TRANSITION: str(transition)}
    for key in ("uid", "resourceVersion"):
        metadata.pop(key, None)
        if found and key in found["metadata"]:
            metadata[key] = found["metadata"][key]
    return {**manifest, "metadata": metadata}


def stamp_of(found: Manifest | None) -> int:
    """Return the number that an object is stamped with, 0 if there is no object or no number."""
    annotations = ((found or {}).get("metadata") or {}).get("annotations") or {}
    text = str(annotations.get(TRANSITION) or "")
    # A longer text is an edit by hand: the API server's field of the Lease has 32 bits.
    return int(text) if text.isascii() and text.isdecimal() and len(text) < MAX_DIGITS else 0


def stamped_objects(cluster: Cluster, namespace: str) -> Iterable[Manifest]:
    """Return the objects of a namespace that a deployer writes, except the Lease."""
    for kind in STAMPED_KINDS:
        yield from _of(kind, cluster.list(kind, namespace, labels=MANAGED_SELECTOR))
    yield from _of("ConfigMap", cluster.list("ConfigMap", namespace, f"{MANAGED_SELECTOR},{PART}=record"))


def highest_stamp(cluster: Cluster, namespace: str) -> int:
    """Return the highest stamp in a namespace, 0 if there is none."""
    return max((stamp_of(found) for found in stamped_objects(cluster, namespace)), default=0)


def _of(kind: str, found: list[Manifest]) -> Iterable[Manifest]:
    # The items of a list do not name their kind.
    return ({**each, "kind": kind} for each in found)
