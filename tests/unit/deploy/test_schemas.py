"""What a release applies is what Kubernetes understands, in three of its versions."""

from __future__ import annotations

import copy
from typing import Any

import kubernetes_validate
import pytest

from unit.deploy.conftest import ENVIRONMENTS, Manifests

# The cluster built here, what AKS offers beside it, and the newest (kind's own default).
VERSIONS = ("1.34", "1.35", "1.37")
PARTS = ("slot", "shared", "preview", "environment")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_object_keeps_the_schema(
    rendered: dict[str, dict[str, Manifests]], environment: str, part: str, version: str
) -> None:
    """Each object of each overlay is valid, unknown fields refused, and judged by that very version."""
    manifests = rendered[environment][part]
    assert manifests
    for manifest in manifests:
        assert kubernetes_validate.validate(manifest, version, strict=True) == version


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("field", "value"), [("replica", 3), ("replicas", "three")])
def test_what_is_misspelt_or_mistyped_is_refused(
    rendered: dict[str, dict[str, Manifests]], version: str, field: str, value: Any
) -> None:
    """A field that no version knows, or of another type, does not pass for valid."""
    broken = copy.deepcopy(rendered["staging"]["slot"][0])
    broken["spec"][field] = value
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, version, strict=True)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_stage_can_prune_every_kind_that_it_applies(
    rendered: dict[str, dict[str, Manifests]], environment: str
) -> None:
    """A kind that an overlay brings and a later release drops would else stay for ever."""
    from seatrial.kube.labels import VERSIONS as KNOWN
    from seatrial.kube.slots import SHARED_KINDS, SLOT_KINDS

    parts = rendered[environment]
    assert {each["kind"] for each in parts["slot"]} <= set(SLOT_KINDS)
    assert {each["kind"] for each in parts["shared"]} <= set(SHARED_KINDS)
    for manifest in parts["slot"] + parts["shared"]:
        assert KNOWN[manifest["kind"]] == manifest["apiVersion"]
