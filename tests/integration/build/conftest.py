"""Fixtures: the real Dockerfile and app in a checkout, and settings to build them with a real engine."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docker
import pytest

from model_fixtures import golden, model, settings, store, workspace
from samples import lock_to
from seatrial.results import ValidateResult
from seatrial.settings import Image, Settings, load
from seatrial.stages.fetch import fetch
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace

__all__ = ["golden", "model", "settings", "store", "workspace"]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def base() -> str:
    """The base image of the instance that these tests run for."""
    return load(Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "dev"))).image.base


@pytest.fixture
def building(settings: Settings, base: str) -> Iterator[Settings]:
    """Settings with that base and a unique repository; its images are removed afterwards."""
    registry = settings.registry.model_copy(update={"repository": f"tests-{uuid.uuid4().hex[:12]}"})
    yield settings.model_copy(update={"image": Image(base=base), "registry": registry})
    client = docker.from_env()
    for image in client.images.list(f"seatrial/{registry.repository}"):
        client.images.remove(image.id, force=True)
    client.close()


@pytest.fixture
def checkout(workspace: Workspace) -> Workspace:
    """A checkout with the real Dockerfile and app."""
    shutil.copy(ROOT / "Dockerfile", workspace.root)
    (workspace.root / "requirements").mkdir()
    shutil.copy(ROOT / "requirements/app.txt", workspace.root / "requirements")
    for package in ("imagemodel", "classifier"):
        shutil.copytree(ROOT / "src" / package, workspace.root / "src" / package)
    return workspace


def prepare(settings: Settings, checkout: Workspace, model: Path, golden: Path) -> Workspace:
    """Publish, lock and fetch a model and write a passing report; return a new workspace object."""
    done = publish(settings, checkout, model=model, golden=golden, if_absent=True)
    assert done.model
    assert done.golden
    lock_to(checkout, done.model, done.golden)
    return with_report(settings, Workspace(checkout.root, checkout.instance))


def with_report(settings: Settings, workspace: Workspace) -> Workspace:
    """Fetch and write a passing report for the present working state."""
    fetched = fetch(settings, workspace)
    workspace.write_result(fetched)
    common: dict[str, Any] = fetched.model_dump(include={"working_state", "revision", "lock_digest"})
    report = ValidateResult(
        **common,
        started=datetime.now(UTC),
        seconds=0,
        model=fetched.model,
        golden=fetched.golden,
        passed=True,
        verdicts=(),
    )
    workspace.write_result(report)
    return workspace
