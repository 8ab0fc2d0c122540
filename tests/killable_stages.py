"""Stages as functions of text, as their commands run them, for a process that is killed in the middle."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

from directory_engine import DirectoryEngine
from remembered_runs import remembered_runs
from samples import make_settings
from seatrial.image.registry import RegistryClient, Repository
from seatrial.image.registry_copy import copy_image
from seatrial.model.photo_sets.create import SetRequest
from seatrial.model.photo_sets.result import GoldenResult
from seatrial.results import FetchResult, PublishResult
from seatrial.settings import Registry, Settings
from seatrial.stages.build import build
from seatrial.stages.fetch import fetch
from seatrial.stages.golden import golden
from seatrial.stages.publish import publish
from seatrial.stages.push import push
from seatrial.workspace import Workspace


def run_publish(checkout: str, store: str, model: str, golden: str) -> PublishResult:
    """Publish a model and a golden set, also if they were published before, and write the result."""
    workspace, settings = Workspace(Path(checkout)), make_settings(url=Path(store).as_uri())
    with remembered_runs(workspace.root.with_name("runs")):
        result = publish(settings, workspace, model=Path(model), golden=Path(golden), if_absent=True)
    workspace.write_result(result)
    return result


def run_fetch(checkout: str, store: str, cache: str, connections: str = "8") -> FetchResult:
    """Fetch the locked model and golden set into a cache, and write the result."""
    os.environ["SEATRIAL_CACHE"] = cache
    workspace = Workspace(Path(checkout))
    settings = make_settings(url=Path(store).as_uri(), connections=int(connections))
    result = fetch(settings, workspace)
    workspace.write_result(result)
    return result


def run_golden(checkout: str, photos: str, model: str, out: str) -> GoldenResult:
    """Make a golden set."""
    request = SetRequest(Path(photos), Path(model), Path(out))
    with remembered_runs(Path(checkout).with_name("runs")):
        return golden(make_settings(), Workspace(Path(checkout)), request)


def run_build(checkout: str, engine: str) -> None:
    """Build an image with an engine in a directory, and write the result."""
    images, workspace = DirectoryEngine(Path(engine)), Workspace(Path(checkout))
    with (
        patch("seatrial.stages.build.connect", lambda: images),
        patch("seatrial.stages.build.build_image", images.build),
    ):
        workspace.write_result(build(make_settings(), workspace, {}))


def run_push(checkout: str, engine: str, address: str) -> None:
    """Push the checked image of an engine in a directory to a registry, and write the result."""
    images, workspace = DirectoryEngine(Path(engine)), Workspace(Path(checkout))
    with patch("seatrial.stages.push.connect", lambda: images):
        workspace.write_result(push(at_registry(address, engine), workspace))


def run_copy(source: str, target: str, config: str, digest: str) -> None:
    """Copy an image between two registries, as `promote` does."""
    source_client, target_client = (
        RegistryClient(Registry(address=each, insecure=True, config_dir=config)) for each in (source, target)
    )
    copy_image(Repository(source_client, "app"), Repository(target_client, "app"), digest)


def at_registry(address: str, config: str) -> Settings:
    """Return settings with a registry."""
    registry = Registry(address=address, insecure=True, config_dir=config, repository="app")
    return make_settings().model_copy(update={"registry": registry})
