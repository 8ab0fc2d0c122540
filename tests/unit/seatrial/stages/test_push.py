"""push lets through what was checked, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image.registry import Manifest
from seatrial.results import Artefact, BuildResult, CheckResult
from seatrial.settings import Registry, Settings
from seatrial.stages.push import push, require_same_image
from seatrial.workspace import Workspace

IMAGE = f"sha256:{'1' * 64}"
OTHER = f"sha256:{'2' * 64}"
ARTEFACT = Artefact(name="a", version="1", digest="sha256:0")


def results(workspace: Workspace, *, built: str = IMAGE, checked: str = IMAGE) -> None:
    """Write what build and check gave."""
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
    workspace.write_result(CheckResult(**common, image_id=checked, passed=1, report="check.xml"))


def test_image_that_was_not_checked(settings: Settings, workspace: Workspace) -> None:
    """A rebuilt image must pass its tests again."""
    results(workspace, checked=OTHER)
    with pytest.raises(RefusedError, match="not the one that was checked"):
        push(settings, workspace)


def test_nothing_built(settings: Settings, workspace: Workspace) -> None:
    """Without an image: what to run first."""
    with pytest.raises(UsageError, match="build has not run"):
        push(settings, workspace)


def test_no_registry_named(settings: Settings, workspace: Workspace) -> None:
    """The setting is named."""
    results(workspace)
    with pytest.raises(UsageError, match=r"registry\.address"):
        push(settings, workspace)


def test_unreachable_registry_is_told_before_anything_is_sent(
    settings: Settings, workspace: Workspace
) -> None:
    """Nobody listens there: one line, exit 30."""
    results(workspace)
    registry = Registry(address="127.0.0.1:9", insecure=True, config_dir=str(workspace.root))
    with pytest.raises(OutsideError, match="does not answer"):
        push(settings.model_copy(update={"registry": registry}), workspace)


@pytest.mark.parametrize(("config", "digest"), [(IMAGE, OTHER), (OTHER, IMAGE)])
def test_same_image_by_either_digest(config: str, digest: str) -> None:
    """Engines call the config's digest id, or the manifest's: both name every byte."""
    require_same_image(Manifest(digest, config, ()), IMAGE)


def test_what_arrived_is_another_image() -> None:
    """A registry that holds something else is not believed."""
    with pytest.raises(RefusedError, match="was checked"):
        require_same_image(Manifest(OTHER, OTHER, ()), IMAGE)
