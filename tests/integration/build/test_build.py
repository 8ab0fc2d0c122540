"""build with a real engine: the same inputs give the same image, and what must not be in it is not built."""

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

from colours import LABELS, write_model
from model_fixtures import golden, model, settings, store, workspace
from samples import lock_to
from seatrial.errors import OutsideError, RefusedError
from seatrial.results import BuildResult, ValidateResult
from seatrial.settings import Image, Settings, load
from seatrial.stages.build import build
from seatrial.stages.fetch import fetch
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace

__all__ = ["golden", "model", "settings", "store", "workspace"]
ROOT = Path(__file__).parents[3]
CACHED = ("base", "dependencies")


@pytest.fixture
def base() -> str:
    """The base image of the instance that these tests run for."""
    return load(Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "dev"))).image.base


@pytest.fixture
def building(settings: Settings, base: str) -> Iterator[Settings]:
    """Settings with that base and a name for the images that nobody else uses."""
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


@pytest.fixture
def ready(building: Settings, checkout: Workspace, model: Path, golden: Path) -> Workspace:
    """That checkout with a locked, fetched model and a passing report on it."""
    return prepare(building, checkout, model, golden)


def prepare(settings: Settings, checkout: Workspace, model: Path, golden: Path) -> Workspace:
    """Publish, lock and fetch a model, and write a passing report on it; return a fresh workspace."""
    done = publish(settings, checkout, model=model, golden=golden, if_absent=True)
    assert done.model
    assert done.golden
    lock_to(checkout, done.model, done.golden)
    return judged(settings, Workspace(checkout.root, checkout.instance))


def judged(settings: Settings, workspace: Workspace) -> Workspace:
    """Fetch and write a passing report for the working state as it is."""
    fetched = fetch(settings, workspace)
    workspace.write_result(fetched)
    stamp: dict[str, Any] = fetched.model_dump(include={"working_state", "revision", "lock_digest"})
    report = ValidateResult(
        **stamp,
        started=datetime.now(UTC),
        seconds=0,
        model=fetched.model,
        golden=fetched.golden,
        passed=True,
        verdicts=(),
    )
    workspace.write_result(report)
    return workspace


def layers(result: BuildResult) -> list[str]:
    """Return the digests of an image's layers, lowest first."""
    return list(docker.from_env().images.get(result.image_id).attrs["RootFS"]["Layers"])


def changed(settings: Settings, workspace: Workspace) -> Workspace:
    """Change a line of the app, and return the workspace as the next command sees it."""
    with (workspace.root / "src/classifier/version.py").open("a") as file:
        file.write("\n# changed\n")
    return judged(settings, Workspace(workspace.root, workspace.instance))


def test_same_inputs_same_image(building: Settings, ready: Workspace) -> None:
    """Built twice, it is the same image by the same name."""
    first, again = build(building, ready), build(building, ready)
    assert again.image_id == first.image_id
    assert again.layers == first.layers
    assert all(first.layers.values())
    assert first.size == sum(first.layers.values())


def test_code_change_touches_the_code_layer_alone(building: Settings, ready: Workspace) -> None:
    """Changed code leaves base, dependencies and model as they were."""
    before = layers(build(building, ready))
    after = layers(build(building, changed(building, ready)))
    assert len(set(after) - set(before)) == 1


def test_model_change_touches_the_model_layer_alone(
    building: Settings, ready: Workspace, golden: Path, tmp_path: Path
) -> None:
    """Another model leaves base, dependencies and code as they were, though code stands above it."""
    before = layers(build(building, ready))
    write_model(tmp_path / "second", labels=LABELS, version="2.0.0")
    after = layers(build(building, prepare(building, ready, tmp_path / "second", golden)))
    assert len(set(after) - set(before)) == 1


def test_image_says_what_it_is(building: Settings, ready: Workspace) -> None:
    """The labels name model, golden set, commit, working state and lock."""
    done = build(building, ready)
    labels = docker.from_env().images.get(done.image_id).labels
    assert labels["io.seatrial.model.digest"] == done.model.digest
    assert labels["io.seatrial.golden.digest"] == done.golden.digest
    assert labels["io.seatrial.working-state"] == ready.working_state
    assert labels["io.seatrial.lock"] == ready.lock_digest
    assert labels["org.opencontainers.image.revision"] == ready.revision
    assert labels["org.opencontainers.image.revision"].endswith("-dirty")


def test_over_the_budget_no_image_gets_a_name(building: Settings, ready: Workspace) -> None:
    """Too large: refused with the weight of each part, and nothing half-tagged."""
    small = building.model_copy(update={"image": building.image.model_copy(update={"budget_mb": 1})})
    with pytest.raises(RefusedError, match="the budget is 1"):
        build(small, ready)
    assert docker.from_env().images.list(f"seatrial/{building.registry.repository}") == []


def test_secret_in_the_source_is_never_built(building: Settings, ready: Workspace) -> None:
    """A credential of ours in the app's source is refused by file name, before anything is built."""
    secret = uuid.uuid4().hex
    (ready.root / "src/classifier/version.py").write_text(f'KEY = "{secret}"\n')
    again = judged(building, Workspace(ready.root, ready.instance))
    with pytest.raises(RefusedError, match=r"src/classifier/version\.py holds a credential") as told:
        build(building, again, {"CI_TOKEN": secret})
    assert secret not in told.value.message
    assert docker.from_env().images.list(f"seatrial/{building.registry.repository}") == []


def test_secret_in_the_image_s_environment_is_refused(building: Settings, ready: Workspace) -> None:
    """A credential that the Dockerfile writes into the environment gets no name either."""
    secret = f"not-{uuid.uuid4().hex}"
    dockerfile = ready.root / "Dockerfile"
    # Split, so that the context holds the parts only and the image's config holds the whole.
    dockerfile.write_text(dockerfile.read_text() + f"ARG A={secret[:9]}\nENV LEAK=${{A}}{secret[9:]}\n")
    again = judged(building, Workspace(ready.root, ready.instance))
    with pytest.raises(RefusedError, match="the image's config holds a credential"):
        build(building, again, {"CI_TOKEN": secret})
    assert docker.from_env().images.list(f"seatrial/{building.registry.repository}") == []


def test_base_that_cannot_be_had(building: Settings, ready: Workspace) -> None:
    """A base image that is nowhere is told by name, with the cure."""
    image = Image(base="127.0.0.1:9/no/base:1")
    with pytest.raises(OutsideError, match=r"base image 127\.0\.0\.1:9/no/base:1 cannot be had") as told:
        build(building.model_copy(update={"image": image}), ready)
    assert "make cloud" in told.value.hint
