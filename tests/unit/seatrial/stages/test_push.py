"""push accepts the checked image only."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from checked_images import TESTS, put_unchecked
from registry_server import registry_server
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image.registry import Manifest
from seatrial.image.statement_tag import require_statement, statement_tag
from seatrial.image_reference import ImageReference
from seatrial.results import Artefact, BuildResult, CheckResult, PushResult
from seatrial.settings import Registry, Settings
from seatrial.stages.build import local_tag
from seatrial.stages.push import push, require_same_image
from seatrial.workspace import Workspace

IMAGE_ID = f"sha256:{'1' * 64}"
OTHER_ID = f"sha256:{'2' * 64}"
ARTEFACT = Artefact(name="a", version="1", digest=f"sha256:{'0' * 64}")


def results(
    workspace: Workspace,
    *,
    built: str = IMAGE_ID,
    checked: str = IMAGE_ID,
    tests: tuple[str, ...] = TESTS,
) -> None:
    """Write the results of build and check."""
    common = {
        "working_state": workspace.working_state,
        "revision": workspace.revision,
        "lock_digest": workspace.lock_digest,
        "started": datetime.now(UTC),
        "seconds": 0,
    }
    workspace.write_result(
        BuildResult(**common, image_id=built, model=ARTEFACT, golden=ARTEFACT, size=1, layers={})
    )
    workspace.write_result(
        CheckResult(**common, image_id=checked, passed=len(tests), tests=tests, report="check.xml")
    )


def test_an_unchecked_image_is_refused(settings: Settings, workspace: Workspace) -> None:
    """A rebuilt image must be checked again."""
    results(workspace, checked=OTHER_ID)
    with pytest.raises(RefusedError, match="not the one that was checked"):
        push(settings, workspace)


def test_push_before_build_is_wrong_usage(settings: Settings, workspace: Workspace) -> None:
    """The error names the stage to run first."""
    with pytest.raises(UsageError, match="build has not run"):
        push(settings, workspace)


def test_a_missing_registry_address_is_wrong_usage(settings: Settings, workspace: Workspace) -> None:
    """The error names the setting."""
    results(workspace)
    with pytest.raises(UsageError, match=r"registry\.address"):
        push(settings, workspace)


def test_an_unreachable_registry_is_an_error(settings: Settings, workspace: Workspace) -> None:
    """A refused connection ends before the engine is used."""
    results(workspace)
    registry = Registry(address="127.0.0.1:9", insecure=True, config_dir=str(workspace.root))
    with pytest.raises(OutsideError, match="does not answer"):
        push(settings.model_copy(update={"registry": registry}), workspace)


@pytest.mark.parametrize(("config", "digest"), [(IMAGE_ID, OTHER_ID), (OTHER_ID, IMAGE_ID)])
def test_the_image_id_is_the_config_digest_or_the_image_digest(config: str, digest: str) -> None:
    """Either of them as the image id identifies the image."""
    require_same_image(Manifest(digest, config, ()), IMAGE_ID)


def test_another_image_in_the_registry_is_refused() -> None:
    """The registry must have the image that was checked."""
    with pytest.raises(RefusedError, match="was checked"):
        require_same_image(Manifest(OTHER_ID, OTHER_ID, ()), IMAGE_ID)


def test_the_reference_is_a_string_in_json(workspace: Workspace) -> None:
    """The result of push has its reference as text, and is read back with registry and digest apart."""
    results(workspace)
    built = workspace.read_result(BuildResult)
    common = built.model_dump(exclude={"stage", "size", "layers", "base", "base_state"})
    reference = ImageReference("127.0.0.1:5000", "classifier", OTHER_ID)
    path = workspace.write_result(PushResult(**common, reference=reference, bytes_pushed=0))
    assert json.loads(path.read_text())["reference"] == f"127.0.0.1:5000/classifier@{OTHER_ID}"
    assert workspace.read_result(PushResult).reference == reference


def test_the_statement_that_the_image_passed_is_written(settings: Settings, workspace: Workspace) -> None:
    """An image that the registry has already, for example from an older version, gets its statement."""
    with registry_server() as server:
        repository = server.repository()
        image = put_unchecked(repository, "other")
        server.tags["classifier", local_tag(image.config, workspace.working_state)] = image.digest
        results(workspace, built=image.config, checked=image.config)
        done = push(settings.model_copy(update={"registry": server.settings}), workspace)
        assert (done.reference.digest, done.bytes_pushed) == (image.digest, 0)
        require_statement(repository, image)


def test_another_image_under_the_tag_gets_no_statement(settings: Settings, workspace: Workspace) -> None:
    """The statement is written only after the image in the registry is known to be the checked one."""
    with registry_server() as server:
        image = put_unchecked(server.repository(), "other")
        server.tags["classifier", local_tag(IMAGE_ID, workspace.working_state)] = image.digest
        results(workspace)
        with pytest.raises(RefusedError, match="was checked"):
            push(settings.model_copy(update={"registry": server.settings}), workspace)
        assert server.tag(statement_tag(image.digest)) is None


@pytest.mark.parametrize("tests", [(), TESTS[1:]])
def test_a_result_without_every_required_test_is_refused(
    settings: Settings, workspace: Workspace, tests: tuple[str, ...]
) -> None:
    """The result of an older version of `check` has no names, so that no statement can be made of it."""
    results(workspace, tests=tests)
    with pytest.raises(RefusedError, match=f"the result of check has no test {TESTS[0]}") as caught:
        push(settings, workspace)
    assert "make check" in caught.value.hint
