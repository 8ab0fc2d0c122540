"""promote as a whole: over an in-memory source and a target in virtual time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from memory_environments import REGISTRY, Environments, digest
from seatrial.errors import RefusedError
from seatrial.image_reference import ImageReference
from seatrial.kube.protocol import Cluster, Manifest
from seatrial.release.approval import Approval
from seatrial.release.services import Services
from seatrial.results import PromoteResult
from seatrial.runtime import Runtime
from seatrial.settings import Registry, Settings
from seatrial.stages.promote import promote
from virtual_environment import VirtualEnvironment

OWN = Registry(address="production.test", insecure=True)


def node(architecture: str) -> Manifest:
    """Return a Linux node of this architecture."""
    info = {"operatingSystem": "linux", "architecture": architecture}
    return {"kind": "Node", "metadata": {"name": "node-1"}, "spec": {}, "status": {"nodeInfo": info}}


@pytest.fixture
def source(environments: Environments) -> ImageReference:
    """The image of staging-3, which staging has accepted and runs."""
    record = environments.release("staging", 3, "a", "pending", "stable")
    environments.serve(record)
    return record.reference


@pytest.fixture
def target(virtual: VirtualEnvironment, source: ImageReference) -> VirtualEnvironment:
    """The environment `local`, whose registry has the image and whose node is linux/amd64."""
    virtual.cluster.create(node("amd64"))
    facts = virtual.images.facts[virtual.image("a")]
    virtual.images.facts[source] = replace(facts, reference=source, working_state="another")
    return virtual


def run(environments: Environments, target: VirtualEnvironment, registry: Registry) -> PromoteResult:
    """Promote from staging to `local`, whose images are in `registry`."""

    def connect(kubeconfig: str, context: str, cache: Path, patience: float, runtime: Runtime) -> Cluster:
        if context == "staging":
            return environments.connect(kubeconfig, context, cache, patience, runtime)
        return target.cluster

    local = target.settings.environment("local").model_copy(update={"registry": registry})
    known = {"staging": environments.settings.environment("staging"), "local": local}
    settings: Settings = environments.settings.model_copy(update={"environments": known})
    services: Services = replace(target.services, connect=connect)
    approval = Approval("A Person")
    return promote(settings, target.workspace, "local", "staging", "", approval, services)


def test_an_image_in_another_registry_is_copied_and_released(
    environments: Environments, target: VirtualEnvironment, source: ImageReference
) -> None:
    """The same digest is stable in the target; its record has the source's release and the approval."""
    result = run(environments, target, OWN)
    assert target.images.copies == [(source, "production.test")]
    assert str(result.reference) == f"production.test/classifier@{digest('a')}"
    assert (result.release, result.source_release, result.changed) == ("local-1", "staging-3", True)
    assert (result.approved_by, result.bytes_copied) == ("A Person (stated, not verified)", 1)
    assert result.verdicts
    assert all(check.passed for check in result.verdicts)
    record = target.target.records.stable()
    assert record is not None
    assert (record.promoted_from, record.approved_by) == ("staging-3", "A Person (stated, not verified)")
    assert target.live == "local-1"


def test_an_image_in_the_same_registry_is_not_copied(
    environments: Environments, target: VirtualEnvironment, source: ImageReference
) -> None:
    """Both environments use the same reference, and no bytes are sent."""
    result = run(environments, target, Registry(address=REGISTRY))
    assert target.images.copies == []
    assert (result.reference, result.bytes_copied) == (source, 0)
    assert target.live == "local-1"


def test_a_target_with_nodes_of_another_architecture_is_refused(
    environments: Environments, target: VirtualEnvironment
) -> None:
    """The nodes are compared with the image before a release is begun."""
    target.cluster.objects[("Node", "node-1")]["status"] = node("arm64")["status"]
    with pytest.raises(RefusedError, match="node-1"):
        run(environments, target, Registry(address=REGISTRY))
    assert target.target.records.all() == []


def test_an_image_without_its_statement_is_refused(
    environments: Environments, target: VirtualEnvironment, source: ImageReference
) -> None:
    """What the source accepted is not released if the target's registry has no statement about it."""
    target.images.unchecked.add(source.digest)
    with pytest.raises(RefusedError, match="has no statement"):
        run(environments, target, OWN)
    assert target.target.records.all() == []


def test_an_unchecked_release_is_promoted_only_where_that_is_allowed(
    environments: Environments, target: VirtualEnvironment
) -> None:
    """The mark of the source's release is required of the target, and recorded there."""
    record = environments.release("staging", 4, "a", "stable", unchecked="an image of the tests")
    environments.serve(record)
    with pytest.raises(RefusedError, match="local does not allow images that were not checked"):
        run(environments, target, OWN)
    assert target.target.records.all() == []
    target.configure(allow_unchecked=True)
    run(environments, target, OWN)
    promoted = target.target.records.stable()
    assert promoted is not None
    assert promoted.unchecked == "an image of the tests"


def test_an_image_of_uncommitted_changes_is_promoted_only_where_that_is_allowed(
    environments: Environments, target: VirtualEnvironment, source: ImageReference
) -> None:
    """The setting of the target decides, whatever the source allows."""
    facts = target.images.facts[source]
    target.images.facts[source] = replace(facts, revision="c0ffee-dirty")
    with pytest.raises(RefusedError, match="which local does not release"):
        run(environments, target, Registry(address=REGISTRY))
    assert target.target.records.all() == []
    target.configure(allow_uncommitted=True)
    run(environments, target, Registry(address=REGISTRY))
    assert target.live == "local-1"
