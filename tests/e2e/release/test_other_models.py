"""Models that users bring, each from the file of an exporter to a stable release, without a code change."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brought_models import GENERATED, BroughtModel, generated, page_orientation
from e2e.api_client import ApiClient
from e2e.release.conftest import ReleaseEnvironment
from e2e.release.model_checkout import ModelCheckout, copy_checkout
from e2e.release.temporary_environment import create_environment, remove_environment
from seatrial.workspace import Workspace

pytestmark = pytest.mark.long

# Published versions are immutable, and the instance may have those of an earlier run.
VERSION = uuid.uuid4().hex[:8]
SETTINGS = {"REPLICAS": "1", "MAX_REPLICAS": "1", "BAKE_SECONDS": "3", "ALLOW_UNCHECKED": "false"}
ALLOWED = "SEATRIAL_ENVIRONMENTS__MODELS__ALLOW_UNCOMMITTED"
Bring = Callable[[Path], BroughtModel]


@pytest.fixture(scope="module")
def checkout(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> ModelCheckout:
    """A checkout with a model.lock of its own, which names the example model."""
    return copy_checkout(workspace, tmp_path_factory.mktemp("user") / "checkout")


@pytest.fixture(scope="module")
def models(checkout: ModelCheckout) -> Iterator[ReleaseEnvironment]:
    """An environment to which only these tests release; it takes committed models only."""
    created = create_environment(checkout.workspace, "models", {**SETTINGS, "ALLOW_UNCOMMITTED": "false"})
    yield created
    remove_environment(created)


def done(result: tuple[int, str]) -> str:
    """Return the output of a command that succeeded."""
    code, output = result
    assert code == 0, output[-4000:]
    return output


def brought(checkout: ModelCheckout, model: BroughtModel, folder: Path) -> str:
    """Make card and golden set of a model and use them; return the command for the commit."""
    fields = {"NAME": model.name, "VERSION": VERSION, "LICENCE": "MIT", "PRESET": model.preset}
    fields |= {"CHANNELS": "BGR"} if model.channels == "BGR" else {}
    done(checkout.make("card", ONNX=model.onnx, LABELS=model.labels, OUT=folder / "model", **fields))
    sets = {"PHOTOS": model.photos, "MODEL": folder / "model", "OUT": folder / "golden"}
    done(checkout.make("golden", **sets, VERSION=VERSION))
    output = done(checkout.make("use", MODEL=folder / "model", GOLDEN=folder / "golden"))
    found = re.search(r"commit it: +(git commit .*)$", output, re.M)
    assert found, output
    return found[1]


def assert_serves(environment: ReleaseEnvironment, model: BroughtModel) -> None:
    """Assert that the stable release is of the model, and users get the right label for each photo."""
    record = environment.stable()
    assert (record.model.name, record.model.version) == (model.name, VERSION)
    endpoint = environment.target.by_name()
    api = ApiClient(endpoint.url, endpoint.address)
    for label, photo in model.samples.items():
        predictions = api.predict(photo.read_bytes()).json()["predictions"]
        assert (predictions[0]["label"], len(predictions)) == (label, min(5, model.classes))


def test_an_uncommitted_model_is_released_only_where_that_is_allowed(
    checkout: ModelCheckout, models: ReleaseEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole pipeline accepts it in one environment; in another one deploy ends with 10."""
    model = generated(tmp_path / "brought", GENERATED[1])
    brought(checkout, model, tmp_path)
    monkeypatch.setenv(ALLOWED, "true")
    done(checkout.make("pipeline", ENV="models"))
    assert_serves(models, model)
    monkeypatch.setenv(ALLOWED, "false")
    number = models.last().number
    code, output = checkout.make("deploy", ENV="models")
    assert code == 2
    assert "refused (10)" in output
    assert "built from uncommitted changes" in output
    assert models.last().number == number


@pytest.mark.parametrize(
    "bring",
    [
        lambda folder: generated(folder, GENERATED[0]),
        lambda folder: generated(folder, GENERATED[2]),
        lambda folder: generated(folder, GENERATED[3]),
        lambda folder: page_orientation(folder, folder.parent / "packages"),
    ],
    ids=["2 classes, grey", "1000 classes", "20000 classes", "page orientation"],
)
def test_a_committed_model_becomes_stable(
    checkout: ModelCheckout, models: ReleaseEnvironment, tmp_path: Path, bring: Bring
) -> None:
    """Card, golden set, use, the printed commit, pipeline: after another model, and beside the example."""
    model = bring(tmp_path / "brought")
    checkout.shell(brought(checkout, model, tmp_path))
    assert os.environ[ALLOWED] == "false"
    done(checkout.make("pipeline", ENV="models"))
    assert_serves(models, model)
