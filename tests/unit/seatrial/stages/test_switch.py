"""The switch of users to a candidate, and the slot that it starts in. All in virtual time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from prediction_server import Behaviour
from seatrial.errors import RollbackFailedError
from seatrial.kube.labels import LIVE
from seatrial.kube.protocol import Manifest, UnreachableError
from serving_cluster import ServingCluster
from unit.seatrial.stages.occupied_slot import fill_slot_before
from virtual_environment import VirtualEnvironment

GREEN = ("Deployment", "classifier-green")


@dataclass
class FailingCluster(ServingCluster):
    """A cluster that stops responding once users are switched to `release`, until `failed` is reset."""

    release: str = ""
    failed: bool = False

    def apply(self, manifest: Manifest, manager: str = "seatrial") -> Manifest:
        """Apply a manifest, unless the cluster has failed."""
        if self.failed:
            raise UnreachableError("cluster does not respond")
        applied = super().apply(manifest, manager)
        self.failed = manifest["metadata"]["name"] == LIVE and self.selected(LIVE) == self.release
        return applied

    def get(self, kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        """Return an object, unless the cluster has failed."""
        if self.failed:
            raise UnreachableError("cluster does not respond")
        return super().get(kind, name, namespace)

    def replace(self, manifest: Manifest) -> Manifest:
        """Replace an object, unless the cluster has failed."""
        if self.failed:
            raise UnreachableError("cluster does not respond")
        return super().replace(manifest)


def test_a_release_is_recorded_as_pending_before_users_reach_it(virtual: VirtualEnvironment) -> None:
    """If the deployer loses the cluster at the switch, the record shows that users may be on the release."""
    virtual.release()
    objects, addresses = virtual.cluster.objects, virtual.cluster.addresses
    cluster = FailingCluster(objects, runtime=virtual.clock, addresses=addresses, release="local-2")
    virtual.cluster = cluster
    with pytest.raises(RollbackFailedError):
        virtual.deploy(virtual.image("b"))
    cluster.failed = False
    assert virtual.live == "local-2"
    assert virtual.states["local-2"] == "pending"


def test_the_switch_ends_when_five_connections_in_turn_reach_the_new_release(
    virtual: VirtualEnvironment,
) -> None:
    """While one of five new connections still reaches the old release, the switch is not complete."""
    virtual.release()
    followed = virtual.clock.monotonic() + 60
    before = len(virtual.client.to(LIVE, "livez"))

    def respond(service: str) -> Behaviour | None:
        release = virtual.cluster.selected(service)
        switching = release == "local-2" and virtual.clock.monotonic() < followed
        fifth = (len(virtual.client.to(LIVE, "livez")) - before) % 5 == 4
        shown = "local-1" if service == LIVE and switching and fifth else release
        return Behaviour(label=virtual.golden.photos[0].label, release=shown)

    virtual.respond = respond  # type: ignore[method-assign]
    virtual.configure(address_seconds=120, preview_path="load-balancer")
    virtual.deploy(virtual.image("b"))
    assert virtual.clock.monotonic() > followed
    assert {each.release for each in virtual.client.to(LIVE, "livez")[-5:]} == {"local-2"}


@pytest.mark.parametrize(("scaled", "expected"), [(7, 7), (1, 2)])
def test_a_candidate_has_at_least_as_many_replicas_as_the_stable_release(
    virtual: VirtualEnvironment, scaled: int, expected: int
) -> None:
    """An autoscaler may have raised the stable release's number; the configured number is the minimum."""
    virtual.release()
    virtual.cluster.objects["Deployment", "classifier-blue"]["spec"]["replicas"] = scaled
    virtual.deploy(virtual.image("b"))
    assert virtual.cluster.objects[GREEN]["spec"]["replicas"] == expected


def test_the_slot_of_a_candidate_is_emptied_first(virtual: VirtualEnvironment) -> None:
    """Objects and pods that an interrupted deployer left in the slot are gone when the candidate starts."""
    virtual.release()
    pods_at_start = fill_slot_before(virtual, "green", "local-2")
    virtual.deploy(virtual.image("b"))
    assert pods_at_start == []
    assert "paused" not in virtual.cluster.objects[GREEN]["spec"]
    assert virtual.live == "local-2"
