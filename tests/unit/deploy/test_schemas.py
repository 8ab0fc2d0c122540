"""Tests that the manifests of a release are valid in three versions of Kubernetes."""

from __future__ import annotations

import copy
from typing import Any

import kubernetes_validate
import pytest

from unit.deploy.conftest import ENVIRONMENTS, Manifests

# The local cloud's own build, a version that AKS offers, and the default of kind.
VERSIONS = ("1.34", "1.35", "1.37")
PARTS = ("slot", "shared", "preview", "environment")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_object_is_valid(
    rendered: dict[str, dict[str, Manifests]], environment: str, part: str, version: str
) -> None:
    """Each object of each overlay matches the schema of that version, without unknown fields."""
    manifests = rendered[environment][part]
    assert manifests
    for manifest in manifests:
        assert kubernetes_validate.validate(manifest, version, strict=True) == version


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("field", "value"), [("replica", 3), ("replicas", "three")])
def test_an_unknown_field_or_a_wrong_type_is_refused(
    rendered: dict[str, dict[str, Manifests]], version: str, field: str, value: Any
) -> None:
    """The validation refuses a misspelt field and a value of the wrong type."""
    broken = copy.deepcopy(rendered["staging"]["slot"][0])
    broken["spec"][field] = value
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, version, strict=True)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_applied_kind_can_be_pruned(
    rendered: dict[str, dict[str, Manifests]], environment: str
) -> None:
    """A kind that a later release no longer contains is pruned, because its kind is known."""
    from seatrial.kube.labels import VERSIONS as KNOWN
    from seatrial.kube.slots import SHARED_KINDS, SLOT_KINDS

    parts = rendered[environment]
    assert {each["kind"] for each in parts["slot"]} <= set(SLOT_KINDS)
    assert {each["kind"] for each in parts["shared"]} <= set(SHARED_KINDS)
    for manifest in parts["slot"] + parts["shared"]:
        assert KNOWN[manifest["kind"]] == manifest["apiVersion"]
