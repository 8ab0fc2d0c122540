"""The two slots, the live Service that selects one of them, and the switch between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seatrial.kube.client import Cluster, Manifest
from seatrial.kube.diagnosis import pods_of
from seatrial.kube.labels import LIVE, MANAGED_SELECTOR, PART, PREVIEW, RELEASE, SLOT, Slot, deployment, other
from seatrial.wait import until

SLOT_KINDS = ("Deployment",)
SHARED_KINDS = ("Service", "HorizontalPodAutoscaler", "PodDisruptionBudget")
# Where a hand's addition would change who serves: below `spec`, this field ("": all of it).
WHOLE = {"Deployment": "", "Service": "selector"}
# The pods' grace period, and what the cluster needs beside it.
GONE_SECONDS = 45


@dataclass(frozen=True)
class Live:
    """What the live Service selects."""

    slot: Slot
    release: str


@dataclass(frozen=True)
class Slots:
    """The slots of one namespace."""

    cluster: Cluster
    namespace: str

    def live(self) -> Live | None:
        """Return what users are sent to, or None before the first release."""
        service = self.cluster.get("Service", LIVE, self.namespace)
        selector = (service or {}).get("spec", {}).get("selector") or {}
        if selector.get(SLOT) not in ("blue", "green"):
            return None
        return Live(selector[SLOT], selector.get(RELEASE, ""))

    def empty(self, stable: Slot | None = None) -> Slot:
        """Return the slot for a candidate: the one beside the stable release, else one no user is sent to.

        What a hand made of the live Service must not cost the stable release its pods.
        """
        if stable:
            return other(stable)
        live = self.live()
        return other(live.slot) if live else "blue"

    def size(self, slot: Slot) -> int:
        """Return how many replicas a slot is to have now; 0 where it is empty."""
        found = self.cluster.get("Deployment", deployment(slot), self.namespace)
        return int(found["spec"].get("replicas", 1)) if found else 0

    def available(self, slot: Slot, release: str) -> bool:
        """Return whether a slot holds this release, with at least one replica that answers."""
        found = self.cluster.get("Deployment", deployment(slot), self.namespace)
        if not found or found["metadata"].get("labels", {}).get(RELEASE) != release:
            return False
        return bool((found.get("status") or {}).get("availableReplicas", 0))

    def fill(self, slot: Slot, manifests: Iterable[Manifest]) -> None:
        """Apply a slot's objects and remove its others."""
        self._apply(manifests, SLOT_KINDS, f"{SLOT}={slot}")

    def refill(self, slot: Slot, manifests: Iterable[Manifest]) -> None:
        """Fill a slot with what was recorded, no smaller than either slot is now.

        Recorded is the size of then; what the autoscaler has made of it since is what users need.
        """
        now = max(self.size("blue"), self.size("green"))
        self.fill(slot, [_at_least(now, each) for each in manifests])

    def switch(self, shared: Iterable[Manifest]) -> None:
        """Apply the shared objects, the live Service's selector among them, and remove their others."""
        self._apply(shared, SHARED_KINDS, f"{PART}=shared")

    def open_preview(self, manifests: Iterable[Manifest]) -> None:
        """Give the candidate an address of its own."""
        self._apply(manifests, (), "")

    def close_preview(self) -> None:
        """Take the candidate's own address away."""
        self.cluster.delete("Service", PREVIEW, self.namespace)

    def clear(self, slot: Slot) -> None:
        """Remove a slot's objects; its pods drain and end by themselves."""
        self.fill(slot, ())

    def wait_until_gone(self, slot: Slot) -> None:
        """Wait until the last pod of a cleared slot has ended."""

        def look() -> bool | None:
            return None if pods_of(self.cluster, self.namespace, slot) else True

        until(f"the end of the pods in slot {slot}", look, GONE_SECONDS, "kubectl describe pods says why")

    def address(self, service: str, seconds: float) -> str:
        """Return a Service's address once the load balancer has given it one (IP or host name)."""

        def look() -> str | None:
            found = self.cluster.get("Service", service, self.namespace) or {}
            ingress = ((found.get("status") or {}).get("loadBalancer") or {}).get("ingress") or [{}]
            found_address: str | None = ingress[0].get("ip") or ingress[0].get("hostname")
            return found_address

        return until(
            f"an address for Service {service}", look, seconds, "is the load balancer up? make status"
        )

    def _apply(self, manifests: Iterable[Manifest], kinds: Iterable[str], labels: str) -> None:
        kept = set()
        for manifest in manifests:
            self.cluster.apply(manifest)
            if manifest["kind"] in WHOLE:
                self.cluster.take_back(manifest, WHOLE[manifest["kind"]])
            kept.add((manifest["kind"], manifest["metadata"]["name"]))
        for kind in kinds:
            for found in self.cluster.list(kind, self.namespace, labels=f"{MANAGED_SELECTOR},{labels}"):
                name = found["metadata"]["name"]
                if (kind, name) not in kept:
                    self.cluster.delete(kind, name, self.namespace)


def _at_least(replicas: int, manifest: Manifest) -> Manifest:
    if manifest["kind"] != "Deployment":
        return manifest
    spec = manifest["spec"]
    return {**manifest, "spec": {**spec, "replicas": max(replicas, int(spec.get("replicas", 1)))}}
