"""What is checked again right before the switch: size, and the source of a promotion. In virtual time."""

from __future__ import annotations

import pytest

from seatrial.errors import RefusedError
from seatrial.release.origin import Origin
from seatrial.stages.deploy import deploy
from virtual_environment import VirtualEnvironment


def grow_stable(virtual: VirtualEnvironment, replicas: int) -> None:
    """Raise the number of replicas of slot blue, as the autoscaler does."""
    blue = virtual.cluster.objects["Deployment", "classifier-blue"]
    virtual.cluster.apply(
        {**blue, "spec": {**blue["spec"], "replicas": replicas}, "metadata": _unversioned(blue)}
    )


def _unversioned(found: dict[str, dict[str, object]]) -> dict[str, object]:
    return {key: value for key, value in found["metadata"].items() if key != "resourceVersion"}


def test_a_candidate_grows_with_the_stable_release(virtual: VirtualEnvironment) -> None:
    """If the autoscaler adds replicas during the preview, the candidate has as many before the switch."""
    virtual.release("a")
    virtual.runner.at_end = lambda: grow_stable(virtual, 7)
    virtual.deploy(virtual.image("b"))
    green = virtual.cluster.objects["Deployment", "classifier-green"]
    assert (green["spec"]["replicas"], green["status"]["availableReplicas"]) == (7, 7)
    assert virtual.live == "local-2"


def test_a_promotion_whose_source_was_rolled_back_meanwhile_is_refused(virtual: VirtualEnvironment) -> None:
    """The source is asked again after the preview, before any user is switched."""
    virtual.release("a")
    refused = RefusedError("staging has no accepted release", "make history ENV=staging")

    def confirm() -> None:
        assert virtual.runner.requests
        assert virtual.live == "local-1"
        raise refused

    facts = virtual.images.facts[virtual.image("b", model="f")]
    origin = Origin(promoted_from="staging-1", facts=facts, confirm=confirm)
    with pytest.raises(RefusedError, match="staging has no accepted release"):
        deploy(virtual.settings, virtual.workspace, "local", None, origin, virtual.services)
    assert virtual.live == "local-1"
    assert virtual.states["local-2"] == "refused"
