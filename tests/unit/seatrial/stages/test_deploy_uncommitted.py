"""deploy and promote of an image that was built from uncommitted changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from seatrial.errors import RefusedError
from seatrial.image_reference import ImageReference
from seatrial.settings import load
from seatrial.workspace import Workspace
from virtual_environment import VirtualEnvironment

ROOT = Path(__file__).parents[4]


def dirty_image(virtual: VirtualEnvironment) -> ImageReference:
    """Put an image into the registry that was built before this working state was committed."""
    reference = virtual.image("a")
    facts = virtual.images.facts[reference]
    virtual.images.facts[reference] = replace(facts, revision=f"{facts.revision}-dirty")
    return reference


def test_an_image_of_uncommitted_changes_is_refused_before_anything_is_recorded(
    virtual: VirtualEnvironment,
) -> None:
    """By default an environment releases commits only; the message has the fix."""
    with pytest.raises(RefusedError, match=r"built from uncommitted changes \(\w+-dirty\)") as raised:
        virtual.deploy(dirty_image(virtual))
    assert raised.value.exit_code == 10
    assert "git commit" in raised.value.hint
    assert virtual.target.records.all() == []


def test_an_environment_can_allow_it(virtual: VirtualEnvironment, capsys: pytest.CaptureFixture[str]) -> None:
    """With allow_uncommitted the image is released, with a warning, and its record has the revision."""
    virtual.configure(allow_uncommitted=True)
    virtual.deploy(dirty_image(virtual))
    (record,) = virtual.target.records.all()
    assert record.revision.endswith("-dirty")
    assert "warning: sha256:aaaaaaaaaaaa… was built from uncommitted changes" in capsys.readouterr().err


def test_only_local_allows_it() -> None:
    """In the settings of this repository only the environment `local` releases uncommitted changes."""
    environments = load(Workspace(ROOT, "unused")).environments
    assert [name for name, each in environments.items() if each.allow_uncommitted] == ["local"]
