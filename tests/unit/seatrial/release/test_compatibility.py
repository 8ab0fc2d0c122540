"""Releases over what version 4307a5d left in a cluster, read from a dump of a real one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.image.inspection import facts_in_labels
from seatrial.image_reference import ImageReference
from seatrial.kube.labels import LIVE, PREVIEW
from seatrial.settings import Settings
from seatrial.stages.history import history
from seatrial.stages.rollback import rollback
from seatrial.workspace import Workspace
from served_environment import ServedEnvironment, serving_environment

FIXTURE = Path(__file__).parents[3] / "fixtures" / "version-4307a5d"
LIVE_RELEASE = {"stable": "local-2", "pending": "local-3"}


@pytest.fixture(params=["stable", "pending"])
def state(request: pytest.FixtureRequest) -> str:
    """The state of the newest release in the dump."""
    return str(request.param)


@pytest.fixture
def old(state: str, settings: Settings, workspace: Workspace, golden: Path) -> Iterator[ServedEnvironment]:
    """An environment with the dumped objects: two accepted releases, and a pending one if there is one."""
    with serving_environment(settings, workspace, golden) as served:
        for manifest in json.loads((FIXTURE / f"cluster-{state}.json").read_text()):
            served.cluster.objects[(manifest["kind"], manifest["metadata"]["name"])] = manifest
        for service in (LIVE, PREVIEW):
            if found := served.cluster.objects.get(("Service", service)):
                ingress = [{"ip": served.cluster.addresses[service]}]
                found["status"] = {"loadBalancer": {"ingress": ingress}}
        yield served


def test_the_dump_is_read(old: ServedEnvironment, state: str) -> None:
    """Every record is read, and users are on the release that was live."""
    found = history(old.settings, old.workspace, "local", old.services)
    assert [row.release for row in found.releases][-2:] == ["local-2", "local-1"]
    assert old.states["local-2"] == "stable"
    assert old.live == LIVE_RELEASE[state]
    record = old.target.records.all()[0]
    assert (record.golden.name, record.golden.digest) == ("", record.golden_digest)
    assert record.reference.repository == "classifier"


def test_it_is_released_over_and_rolled_back_to(old: ServedEnvironment, state: str) -> None:
    """A new release becomes stable; rollback returns to the old one with its recorded manifests."""
    # The deployer of the dump has ended long ago: its Lease has expired.
    result = old.deploy(old.image("a"))
    old.accept()
    assert old.live == result.release
    returned = rollback(old.settings, old.workspace, "local", services=old.services)
    assert (returned.release, returned.replaced) == ("local-2", result.release)
    assert old.live == "local-2"
    assert old.states["local-2"] == "stable"
    assert old.states.get("local-3") == ("switched-back" if state == "pending" else "rolled-back")


@pytest.mark.parametrize("state", ["pending"])
def test_a_pending_release_is_accepted(old: ServedEnvironment) -> None:
    """A release that the old version deployed is checked and accepted by this one."""
    pending = old.target.records.pending()
    assert pending is not None
    assert pending.baseline is not None
    assert old.accept().release == "local-3"
    assert old.states == {"local-1": "superseded", "local-2": "superseded", "local-3": "stable"}


@pytest.mark.parametrize("state", ["pending"])
def test_a_pending_release_is_rolled_back(old: ServedEnvironment) -> None:
    """Rollback undoes a release that the old version deployed."""
    assert rollback(old.settings, old.workspace, "local", services=old.services).release == "local-2"
    assert old.live == "local-2"
    assert old.states["local-3"] == "switched-back"


def test_the_labels_of_an_old_image_are_read() -> None:
    """An image without the golden set's name and version still gives its digest."""
    labels = json.loads((FIXTURE / "image-labels.json").read_text())
    reference = ImageReference("127.0.0.1:5000", "classifier", "sha256:" + "a" * 64)
    facts = facts_in_labels(reference, labels)
    assert (facts.golden.name, facts.golden.version) == ("", "")
    assert facts.golden.digest == labels["io.seatrial.golden.digest"]
    assert facts.model.name == "efficientnet-lite0"
