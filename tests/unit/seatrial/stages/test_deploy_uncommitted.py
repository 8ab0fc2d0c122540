"""deploy and promote of an image that was built from uncommitted changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from seatrial.errors import RefusedError
from seatrial.image_reference import ImageReference
from seatrial.release.committed import require_committed
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
    """By default an environment releases commits only."""
    with pytest.raises(RefusedError, match=r"built from uncommitted changes \(\w+-dirty\)") as raised:
        virtual.deploy(dirty_image(virtual))
    assert raised.value.exit_code == 10
    assert virtual.target.records.all() == []


def test_the_message_names_what_to_commit(virtual: VirtualEnvironment) -> None:
    """An untracked directory that makes the checkout dirty is found at once; long lists are cut off."""
    for name in ("my-model", "notes.txt", "other.py", "z.py"):
        (virtual.workspace.root / name).write_text("new\n")
    virtual.workspace = Workspace(virtual.workspace.root)
    with pytest.raises(RefusedError) as raised:
        virtual.deploy(virtual.image("a"))
    assert raised.value.hint.startswith(
        "git commit my-model, notes.txt, other.py and 1 more, then make build"
    )


def test_after_the_commit_the_image_must_be_built_again(virtual: VirtualEnvironment) -> None:
    """An image of the same files, built before their commit, names no commit that has them."""
    with pytest.raises(RefusedError) as raised:
        virtual.deploy(dirty_image(virtual))
    assert raised.value.hint.startswith("make build check push")


def test_a_promoted_image_is_committed_elsewhere(virtual: VirtualEnvironment) -> None:
    """The files of this checkout are not those of the image."""
    facts = replace(virtual.images.facts[dirty_image(virtual)], working_state="another")
    with pytest.raises(RefusedError) as raised:
        require_committed(virtual.target, facts)
    assert raised.value.hint.startswith("git commit the changes where it was built")


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
