"""A pending release fails its bake while the stable one's image is lost, on the real cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from e2e.release.conftest import ReleaseEnvironment
from e2e.release.faulty_images import faulty_image
from e2e.release.images import ImageFactory
from e2e.release.local_containers import kubectl, node
from e2e.release.temporary_environment import create_environment, remove_environment
from e2e.user_load import UserLoad
from imagemodel.golden import GoldenSet
from seatrial.image.registry import RegistryClient
from seatrial.release.record import Record
from seatrial.workspace import Workspace

pytestmark = pytest.mark.faults

NAME = "locked"
SETTINGS = {"REPLICAS": "1", "MAX_REPLICAS": "1", "ROLLOUT_SECONDS": "60"}
FAULT: Final = "wrong after the switch"


@pytest.fixture
def locked(
    workspace: Workspace, environment: ReleaseEnvironment, images: ImageFactory
) -> Iterator[ReleaseEnvironment]:
    """An environment whose users are on a release that fails its bake, and whose stable image is lost."""
    created = create_environment(workspace, NAME, SETTINGS)
    code, output = created.release(images.working("lost"))
    assert code == 0, output
    code, output = created.deploy(faulty_image(images, FAULT, created.target.environment.host))
    assert code == 0, output
    lose(created, created.stable())
    yield created
    remove_environment(created)


def lose(environment: ReleaseEnvironment, record: Record) -> None:
    """Delete the image of a release from the registry and from the node, and then its pods."""
    target, reference = environment.target, record.reference
    registry = RegistryClient(target.settings.registry)
    registry.call("DELETE", f"{reference.repository}/manifests/{reference.digest}")
    ctr = "ctr -n k8s.io images"
    found = node(target.workspace).exec_run(
        ["sh", "-c", f"{ctr} rm $({ctr} ls -q | grep {reference.digest})"]
    )
    assert found.exit_code == 0, found.output
    selector = f"seatrial.io/release={record.release}"
    kubectl(environment, "delete", "pod", "-n", target.environment.namespace, "-l", selector, "--wait=true")


def live(environment: ReleaseEnvironment) -> str:
    """Return the release that the live Service selects."""
    found = environment.target.slots.live()
    return found.release if found else ""


def test_a_release_that_works_ends_a_lock_out(
    locked: ReleaseEnvironment, images: ImageFactory, golden: GoldenSet
) -> None:
    """A release that fails returns to what served before it; one that works replaces all.

    No request fails meanwhile, and the last state has the pods of one release.
    """
    lost, endpoint = locked.stable(), locked.target.by_name()
    with UserLoad(endpoint.url, endpoint.address, golden.photos, rate=5) as load:
        code, output = locked.run("accept")
        assert (code, live(locked)) == (21, "locked-2"), output
        assert "make deploy" in output
        code, output = locked.release(faulty_image(images, FAULT, locked.target.environment.host))
        assert (code, live(locked)) == (20, "locked-2"), output
        assert "locked-2 serves again" in output
        code, output = locked.release(images.working("repaired"))
        assert (code, live(locked)) == (0, "locked-4"), output
    assert load.failed() == []
    states = {record.release: record.state for record in locked.target.records.all()}
    assert states == {
        lost.release: "superseded",
        "locked-2": "switched-back",
        "locked-3": "switched-back",
        "locked-4": "stable",
    }
    assert (locked.stable().slot, locked.stable().fallback) == (lost.slot, "locked-2")
    assert locked.pods() == {"locked-4": 1}
