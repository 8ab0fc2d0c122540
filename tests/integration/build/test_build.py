"""build with a real engine: equal inputs give the same image, and secrets and large images are refused."""

from __future__ import annotations

import uuid
from pathlib import Path

import docker
import pytest

from colours import LABELS, write_model
from integration.build.conftest import prepare, with_report
from seatrial.errors import OutsideError, RefusedError
from seatrial.results import BuildResult
from seatrial.settings import Image, Settings
from seatrial.stages.build import build
from seatrial.workspace import Workspace

CACHED = ("base", "dependencies")


@pytest.fixture
def ready(building: Settings, checkout: Workspace, model: Path, golden: Path) -> Workspace:
    """That checkout with a locked and fetched model and a passing report."""
    return prepare(building, checkout, model, golden)


def layers(result: BuildResult) -> list[str]:
    """Return the digests of an image's layers, lowest first."""
    return list(docker.from_env().images.get(result.image_id).attrs["RootFS"]["Layers"])


def changed(settings: Settings, workspace: Workspace) -> Workspace:
    """Change a line of the app; return a new workspace object."""
    with (workspace.root / "src/classifier/routes/version.py").open("a") as file:
        file.write("\n# changed\n")
    return with_report(settings, Workspace(workspace.root, workspace.instance))


def test_equal_inputs_give_the_same_image(building: Settings, ready: Workspace) -> None:
    """A second build gives the same image id and layers."""
    first, again = build(building, ready), build(building, ready)
    assert again.image_id == first.image_id
    assert again.layers == first.layers
    assert all(first.layers.values())
    assert first.size == sum(first.layers.values())


def test_a_code_change_changes_the_code_layer_alone(building: Settings, ready: Workspace) -> None:
    """Base, dependencies and model keep their layers."""
    before = layers(build(building, ready))
    after = layers(build(building, changed(building, ready)))
    assert len(set(after) - set(before)) == 1


def test_a_model_change_changes_the_model_layer_alone(
    building: Settings, ready: Workspace, golden: Path, tmp_path: Path
) -> None:
    """Base, dependencies and code keep their layers, although the code layer is above the model."""
    before = layers(build(building, ready))
    write_model(tmp_path / "second", labels=LABELS, version="2.0.0")
    after = layers(build(building, prepare(building, ready, tmp_path / "second", golden)))
    assert len(set(after) - set(before)) == 1


def test_labels_have_model_golden_set_and_commit(building: Settings, ready: Workspace) -> None:
    """The labels have model, golden set, commit, working state and lock."""
    done = build(building, ready)
    labels = docker.from_env().images.get(done.image_id).labels
    assert labels["io.seatrial.model.digest"] == done.model.digest
    assert labels["io.seatrial.golden.digest"] == done.golden.digest
    assert labels["io.seatrial.golden.name"] == done.golden.name
    assert labels["io.seatrial.golden.version"] == done.golden.version
    assert labels["io.seatrial.working-state"] == ready.working_state
    assert labels["io.seatrial.lock"] == ready.lock_digest
    assert labels["io.seatrial.base"] == done.base_state
    assert done.base == building.image.base
    assert labels["org.opencontainers.image.revision"] == ready.revision
    assert labels["org.opencontainers.image.revision"].endswith("-dirty")


def test_an_image_over_the_budget_gets_no_tag(building: Settings, ready: Workspace) -> None:
    """An image over the budget is refused, and no tag is left."""
    small = building.model_copy(update={"image": building.image.model_copy(update={"budget_mb": 1})})
    with pytest.raises(RefusedError, match="the budget is 1"):
        build(small, ready)
    assert docker.from_env().images.list(f"seatrial/{building.registry.repository}") == []


def test_a_secret_in_the_source_is_refused(building: Settings, ready: Workspace) -> None:
    """A known credential in the source is refused before the build; the error names the file."""
    secret = uuid.uuid4().hex
    (ready.root / "src/classifier/routes/version.py").write_text(f'KEY = "{secret}"\n')
    again = with_report(building, Workspace(ready.root, ready.instance))
    with pytest.raises(
        RefusedError, match=r"src/classifier/routes/version\.py contains a known credential"
    ) as raised:
        build(building, again, {"CI_TOKEN": secret})
    assert secret not in raised.value.message
    assert docker.from_env().images.list(f"seatrial/{building.registry.repository}") == []


def test_a_secret_in_the_environment_of_the_image_is_refused(building: Settings, ready: Workspace) -> None:
    """A known credential in an ENV of the Dockerfile is refused, and no tag is left."""
    secret = f"not-{uuid.uuid4().hex}"
    dockerfile = ready.root / "Dockerfile"
    # Split, so that the context has two halves and only the image config has the whole.
    dockerfile.write_text(dockerfile.read_text() + f"ARG A={secret[:9]}\nENV LEAK=${{A}}{secret[9:]}\n")
    again = with_report(building, Workspace(ready.root, ready.instance))
    with pytest.raises(RefusedError, match="the image config contains a known credential"):
        build(building, again, {"CI_TOKEN": secret})
    assert docker.from_env().images.list(f"seatrial/{building.registry.repository}") == []


def test_a_missing_base_image_is_an_error(building: Settings, ready: Workspace) -> None:
    """The error names the base image, and the hint the command that builds one."""
    image = Image(base="127.0.0.1:9/no/base:1")
    with pytest.raises(OutsideError, match=r"base image 127\.0\.0\.1:9/no/base:1 cannot be pulled") as raised:
        build(building.model_copy(update={"image": image}), ready)
    assert "make cloud" in raised.value.hint
