"""The two slots of a namespace, and the live Service that selects one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from seatrial.kube.diagnosis import running_pods_of
from seatrial.kube.labels import LIVE, MANAGED_SELECTOR, PART, PREVIEW, RELEASE, SLOT, Slot, deployment, other
from seatrial.kube.protocol import Cluster, Manifest
from seatrial.kube.removal import apply_once_removed
from seatrial.runtime import SYSTEM, Runtime
from seatrial.wait import until

SLOT_KINDS = ("Deployment",)
SHARED_KINDS = ("Service", "HorizontalPodAutoscaler", "PodDisruptionBudget")
# The field below `spec` (empty: all of it) from which the additions of others are removed, by kind: such an
# addition could change which pods serve.
EXCLUSIVE_FIELDS = {"Deployment": "", "Service": "selector"}
# The time that the cluster needs to mark the pods of a deleted Deployment.
DELETION_SECONDS = 45


@dataclass(frozen=True)
class LiveRelease:
    """The slot and release that the live Service selects."""

    slot: Slot
    release: str


@dataclass(frozen=True)
class Slots:
    """The slots of one namespace."""

    cluster: Cluster
    namespace: str
    runtime: Runtime = SYSTEM

    def live(self) -> LiveRelease | None:
        """Return what the live Service selects, or None before the first release."""
        service = self.cluster.get("Service", LIVE, self.namespace)
        selector = (service or {}).get("spec", {}).get("selector") or {}
        if selector.get(SLOT) not in ("blue", "green"):
            return None
        return LiveRelease(selector[SLOT], selector.get(RELEASE, ""))

    def empty(self, stable: Slot | None = None) -> Slot:
        """Return the slot for a candidate: not `stable`, the stable release's slot.

        Without a stable release, it is the slot that the live Service does not select. The recorded
        slot comes first because the Service can be edited or deleted by others.
        """
        if stable:
            return other(stable)
        live = self.live()
        return other(live.slot) if live else "blue"

    def size(self, slot: Slot) -> int:
        """Return the desired number of replicas of a slot, 0 if it is empty."""
        found = self.cluster.get("Deployment", deployment(slot), self.namespace)
        return int(found["spec"].get("replicas", 1)) if found else 0

    def release_in(self, slot: Slot) -> str:
        """Return the release whose Deployment is in a slot, or an empty string."""
        return _release_of(self.cluster.get("Deployment", deployment(slot), self.namespace))

    def available(self, slot: Slot, release: str) -> bool:
        """Return whether a slot runs this release with at least one available replica."""
        found = self.cluster.get("Deployment", deployment(slot), self.namespace)
        status = (found or {}).get("status") or {}
        return _release_of(found) == release and bool(status.get("availableReplicas", 0))

    def fill(self, slot: Slot, manifests: Iterable[Manifest]) -> None:
        """Apply a slot's objects and delete all others of the slot."""
        self._apply(manifests, SLOT_KINDS, f"{SLOT}={slot}")

    def refill(self, slot: Slot, manifests: Iterable[Manifest]) -> None:
        """Fill a slot with recorded manifests, with at least as many replicas as either slot has.

        The autoscaler may have raised the number since the manifests were recorded.
        """
        size = max(self.size("blue"), self.size("green"))
        self.fill(slot, [_with_replicas(size, each) for each in manifests])

    def switch(self, shared: Iterable[Manifest], check: Callable[[], None] = lambda: None) -> None:
        """Apply the shared objects, which include the live Service, and delete all other shared ones.

        One that is being deleted is waited for; what `check` raises ends the wait.
        """
        self._apply(shared, SHARED_KINDS, f"{PART}=shared", check)

    def open_preview(self, manifests: Iterable[Manifest], check: Callable[[], None] = lambda: None) -> None:
        """Apply the preview Service, once a deleted one is gone; what `check` raises ends that wait."""
        self._apply(manifests, (), "", check)

    def close_preview(self) -> None:
        """Delete the preview Service."""
        self.cluster.delete("Service", PREVIEW, self.namespace)

    def clear(self, slot: Slot) -> None:
        """Delete a slot's objects; its pods terminate within their grace period."""
        self.fill(slot, ())
        # By name too: somebody may have removed the label.
        if self.cluster.get("Deployment", deployment(slot), self.namespace):
            self.cluster.delete("Deployment", deployment(slot), self.namespace)

    def wait_until_terminating(self, slot: Slot, check: Callable[[], None] = lambda: None) -> None:
        """Wait until every pod of a cleared slot is terminating or gone.

        No Service sends requests to a terminating pod, and on a lost node it stays for hours. `check` is
        called before each poll; what it raises ends the wait. Raises OutsideError after DELETION_SECONDS.
        """

        def poll() -> bool | None:
            check()
            if not running_pods_of(self.cluster, self.namespace, slot):
                return True
            self._clear_late(slot)
            return None

        until(
            f"termination of the pods in slot {slot}",
            poll,
            DELETION_SECONDS,
            f"{self.cluster.kubectl} -n {self.namespace} describe pods shows why",
            runtime=self.runtime,
        )

    def _clear_late(self, slot: Slot) -> None:
        # Nothing can conflict with the first write of an object: that of a deployer which has lost the Lease
        # meanwhile may arrive after the slot was cleared.
        found = self.cluster.get("Deployment", deployment(slot), self.namespace)
        if found and not found["metadata"].get("deletionTimestamp"):
            self.clear(slot)

    def address(self, service: str, seconds: float, check: Callable[[], None] = lambda: None) -> str:
        """Wait for a Service's load balancer address and return it, an IP address or a host name.

        `check` is called after each poll without an address; an exception from it ends the wait. Raises
        OutsideError after `seconds`.
        """

        def poll() -> str | None:
            found = self._ingress(service)
            if not found:
                check()
            return found

        return until(
            f"an address for Service {service}",
            poll,
            seconds,
            "check the load balancer with make status",
            runtime=self.runtime,
        )

    def _ingress(self, service: str) -> str | None:
        found = self.cluster.get("Service", service, self.namespace) or {}
        ingress = ((found.get("status") or {}).get("loadBalancer") or {}).get("ingress") or [{}]
        address: str | None = ingress[0].get("ip") or ingress[0].get("hostname")
        return address

    def _apply(
        self,
        manifests: Iterable[Manifest],
        kinds: Iterable[str],
        labels: str,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        applied = set()
        for manifest in manifests:
            found = apply_once_removed(self.cluster, manifest, self.namespace, check, self.runtime)
            field = EXCLUSIVE_FIELDS.get(manifest["kind"])
            if field is not None and not _has_only(found, manifest, field):
                self.cluster.replace_field(manifest, field)
            applied.add((manifest["kind"], manifest["metadata"]["name"]))
        for kind in kinds:
            for found in self.cluster.list(kind, self.namespace, labels=f"{MANAGED_SELECTOR},{labels}"):
                name = found["metadata"]["name"]
                if (kind, name) not in applied:
                    self.cluster.delete(kind, name, self.namespace)


def _has_only(found: Manifest, manifest: Manifest, field: str) -> bool:
    """Return whether a field is as in the manifest already. A whole spec (an empty `field`) never is."""
    return bool(field) and found["spec"].get(field) == manifest["spec"].get(field)


def _release_of(found: Manifest | None) -> str:
    return str(((found or {}).get("metadata") or {}).get("labels", {}).get(RELEASE, ""))


def _with_replicas(minimum: int, manifest: Manifest) -> Manifest:
    if manifest["kind"] != "Deployment":
        return manifest
    spec = manifest["spec"]
    return {**manifest, "spec": {**spec, "replicas": max(minimum, int(spec.get("replicas", 1)))}}
