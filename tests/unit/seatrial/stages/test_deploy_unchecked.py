"""deploy and promote of an image without the statement that it passed `check`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checked_images import put_checked, put_unchecked
from registry_server import registry_server
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image_reference import ImageReference
from seatrial.release.origin import Origin
from seatrial.report.facts import release_facts
from seatrial.results import DeployResult
from seatrial.settings import load
from seatrial.stages.deploy import deploy
from seatrial.system.images import RegistryImages
from seatrial.workspace import Workspace
from virtual_environment import VirtualEnvironment

ROOT = Path(__file__).parents[4]
REASON = "an image of the tests"


@pytest.fixture
def unchecked(virtual: VirtualEnvironment) -> ImageReference:
    """An image of this working state without a statement."""
    reference = virtual.image("a")
    virtual.images.unchecked.add(reference.digest)
    return reference


def release(virtual: VirtualEnvironment, reference: ImageReference, reason: str = "") -> DeployResult:
    """Deploy an image, with or without a reason."""
    origin = Origin(unchecked=reason)
    return deploy(virtual.settings, virtual.workspace, "local", reference, origin, virtual.services)


def test_an_image_without_a_statement_is_refused(
    virtual: VirtualEnvironment, unchecked: ImageReference
) -> None:
    """Nothing is recorded or started, even where unchecked images are allowed with a reason."""
    virtual.configure(allow_unchecked=True)
    with pytest.raises(RefusedError, match="has no statement that it passed check"):
        release(virtual, unchecked)
    assert virtual.target.records.all() == []


@pytest.mark.parametrize("reason", [" ", "\t\n"])
def test_white_space_is_no_reason(
    virtual: VirtualEnvironment, unchecked: ImageReference, reason: str
) -> None:
    """An empty variable UNCHECKED allows nothing."""
    virtual.configure(allow_unchecked=True)
    with pytest.raises(RefusedError, match="has no statement"):
        release(virtual, unchecked, reason)


def test_with_a_reason_the_release_is_marked(
    virtual: VirtualEnvironment, unchecked: ImageReference, capsys: pytest.CaptureFixture[str]
) -> None:
    """The record, the report and the console have the reason."""
    virtual.configure(allow_unchecked=True)
    release(virtual, unchecked, f" {REASON}\n")
    (record,) = virtual.target.records.all()
    assert record.unchecked == REASON
    assert ("Not checked", REASON) in [(fact.name, fact.text) for fact in release_facts(record)]
    assert f"is released unchecked: {REASON}" in capsys.readouterr().err


def test_a_checked_release_is_not_marked(virtual: VirtualEnvironment) -> None:
    """A release without a reason has no mark."""
    release(virtual, virtual.image("a"))
    (record,) = virtual.target.records.all()
    assert record.unchecked == ""
    assert "Not checked" not in [fact.name for fact in release_facts(record)]


def test_an_environment_must_allow_it(virtual: VirtualEnvironment, unchecked: ImageReference) -> None:
    """By default a reason is refused, before anything is recorded."""
    with pytest.raises(RefusedError, match=f"local does not allow images that were not checked .{REASON}"):
        release(virtual, unchecked, REASON)
    assert virtual.target.records.all() == []


@pytest.mark.parametrize("reason", ["x" * 201, "a\x1b[31m", "a\x00b"])
def test_a_reason_is_short_and_printable(
    virtual: VirtualEnvironment, unchecked: ImageReference, reason: str
) -> None:
    """History and report show it as it is."""
    virtual.configure(allow_unchecked=True)
    with pytest.raises(UsageError, match="not a valid reason"):
        release(virtual, unchecked, reason)


def test_only_local_allows_it() -> None:
    """In the settings of this repository only the environment `local` allows unchecked images."""
    environments = load(Workspace(ROOT, "unused")).environments
    assert [name for name, each in environments.items() if each.allow_unchecked] == ["local"]


def test_the_registry_is_asked(virtual: VirtualEnvironment) -> None:
    """With the real registry client a checked image passes, an unchecked and a missing one are refused."""
    with registry_server() as server:
        repository, images = server.repository(), RegistryImages()
        reference = ImageReference(server.address, "classifier", put_checked(repository).digest)
        images.require_checked(server.settings, reference)
        other = replace(reference, digest=put_unchecked(repository, "2").digest)
        with pytest.raises(RefusedError, match="has no statement"):
            images.require_checked(server.settings, other)
        with pytest.raises(RefusedError, match="does not exist"):
            images.require_checked(server.settings, replace(reference, digest=f"sha256:{'0' * 64}"))
        server.refused = ("GET",)
        with pytest.raises(OutsideError):
            images.require_checked(server.settings, reference)


def test_a_copy_to_another_registry_carries_the_statement() -> None:
    """The image is checked in the target's registry too; an unchecked one stays unchecked."""
    with registry_server() as here, registry_server() as there:
        images, target = RegistryImages(), there.settings.model_copy(update={"repository": "production"})
        for number, put in enumerate((put_checked, put_unchecked)):
            digest = put(here.repository(), str(number)).digest
            reference = ImageReference(here.address, "classifier", digest)
            images.copy(here.settings, reference, target)
            copied = reference.at(there.address, "production")
            if put is put_checked:
                images.require_checked(target, copied)
            else:
                with pytest.raises(RefusedError, match="has no statement"):
                    images.require_checked(target, copied)
