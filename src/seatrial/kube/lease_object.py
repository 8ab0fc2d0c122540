"""The content of a Lease object: its holder, its times, and the release that it is kept for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from seatrial.errors import HeldError
from seatrial.kube.labels import LEASE, MANAGED, MANAGER
from seatrial.kube.protocol import Manifest
from seatrial.kube.stop_request import STOP

PENDING = "seatrial.io/pending"
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


def new_lease(namespace: str) -> Manifest:
    """Return a Lease without a holder."""
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": LEASE, "namespace": namespace, "labels": {MANAGED: MANAGER}},
    }


def holder_of(lease: Manifest) -> str:
    """Return the holder's identity, or an empty string if the Lease is free."""
    return str((lease.get("spec") or {}).get("holderIdentity") or "")


def pending_release(lease: Manifest) -> str:
    """Return the pending release that the Lease is kept for, or an empty string."""
    return str((lease.get("metadata", {}).get("annotations") or {}).get(PENDING, ""))


def transition_of(lease: Manifest) -> int:
    """Return how often the Lease changed its holder."""
    return int((lease.get("spec") or {}).get("leaseTransitions") or 0)


def is_expired(lease: Manifest, now: datetime, seconds: int) -> bool:
    """Return whether the holder has not renewed the Lease for its duration (`seconds` if it has none).

    A Lease without a valid renewal time is expired.
    """
    spec = lease.get("spec") or {}
    if not spec.get("renewTime"):
        return True
    try:
        renewed = datetime.strptime(str(spec["renewTime"]), TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return True
    # A renewal in the future is an edit by hand.
    return abs(now - renewed) > timedelta(seconds=spec.get("leaseDurationSeconds", seconds))


def is_available(lease: Manifest, holder: str, adopt: bool, now: datetime, seconds: int) -> bool:
    """Return whether `holder` may take the Lease: it is free or its own, or has expired.

    With `adopt`, a Lease that is kept for a pending release is available too.
    """
    if holder_of(lease) in ("", holder) or (adopt and pending_release(lease)):
        return True
    return is_expired(lease, now, seconds)


def set_holder(lease: Manifest, holder: str, seconds: int, now: datetime, above: int = 0) -> None:
    """Give the Lease to a holder for `seconds` from `now`, as its next transition after `above`.

    It is kept for no pending release any more, and nobody is asked to stop.
    """
    transition = max(transition_of(lease), above) + 1
    annotations = lease["metadata"].get("annotations") or {}
    for name in (PENDING, STOP):
        annotations.pop(name, None)
    lease["spec"] = {
        "holderIdentity": holder,
        "leaseDurationSeconds": seconds,
        "acquireTime": now.strftime(TIME_FORMAT),
        "renewTime": now.strftime(TIME_FORMAT),
        "leaseTransitions": transition,
    }


def set_pending(lease: Manifest, release: str, seconds: int, now: datetime) -> None:
    """Keep the Lease for a pending release for `seconds` from `now`."""
    metadata = lease["metadata"]
    metadata["annotations"] = {**(metadata.get("annotations") or {}), PENDING: release}
    lease["spec"]["leaseDurationSeconds"] = seconds
    set_renewed(lease, now)


def set_renewed(lease: Manifest, now: datetime) -> None:
    """Set the renewal time."""
    lease["spec"]["renewTime"] = now.strftime(TIME_FORMAT)


def held_error(lease: Manifest) -> HeldError:
    """Return the error that names the holder and since when it holds the Lease."""
    since = str((lease.get("spec") or {}).get("acquireTime") or "")
    pending = pending_release(lease)
    hint = "wait for it to end; the Lease of a process that was killed expires"
    if pending:
        hint = f"{pending} is pending: run make accept or make rollback"
    namespace = lease.get("metadata", {}).get("namespace", "the environment")
    message = f"{namespace} is held by {holder_of(lease) or 'another deployer'}"
    return HeldError(f"{message} since {since[:19]}Z" if since else message, hint)
