"""The stages build and check with models of other classes, and the app's container with any model."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app_container import AppContainer
from brought_models import GENERATED, Form
from integration.build.conftest import ROOT, prepare
from network_classes import labels, photo
from network_sets import write_golden
from networks import write_model
from seatrial.image.required_checks import missing_checks
from seatrial.settings import Settings
from seatrial.stages.build import build
from seatrial.stages.check import TESTS, check
from seatrial.workspace import Workspace

READY_SECONDS = 30
SUITE_SECONDS = 120


@pytest.fixture
def image(building: Settings, checkout: Workspace, tmp_path: Path) -> tuple[Workspace, str]:
    """A checkout with the result of `build`, for a grey model of two classes with one golden photo."""
    write_model(tmp_path / "two", 2, "NHWC", "GRAY", "uint8", 1, "probabilities", name="two")
    write_golden(tmp_path / "photo", 2, "GRAY", name="one-photo")
    ready = prepare(building, checkout, tmp_path / "two", tmp_path / "photo")
    done = build(building, ready)
    ready.write_result(done)
    return ready, done.image_id


@pytest.fixture
def mounted(image: tuple[Workspace, str], tmp_path: Path, form: Form) -> Iterator[AppContainer]:
    """A ready container of the image in which a model of another form takes the place of its own."""
    output = "logits" if form.output == "logits" else "probabilities"
    dtype = "uint8" if form.dtype == "uint8" else "float32"
    write_model(tmp_path / "other", form.classes, form.layout, form.channels, dtype, form.batch, output)
    container = AppContainer(image[1])
    container.with_volume_mapping(str(tmp_path / "other"), "/app/model", "ro")
    with container:
        container.wait_ready(READY_SECONDS)
        yield container


def test_an_image_with_two_classes_and_one_golden_photo_passes_every_check(
    building: Settings, image: tuple[Workspace, str]
) -> None:
    """No test of the image assumes a number of classes or photos."""
    done = check(building, image[0], str(ROOT / TESTS))
    assert missing_checks(done.tests) == []


@pytest.mark.parametrize("form", GENERATED, ids=lambda form: form.name)
def test_a_container_serves_a_model_of_any_form(mounted: AppContainer, form: Form) -> None:
    """Both routes give each photo its label, at most five and three of them."""
    known = labels(form.classes, form.channels)
    for index in (0, form.classes - 1):
        image = photo(index, form.classes, form.channels)
        predictions = mounted.post("/predict", data=image).json()["predictions"]
        assert (predictions[0]["label"], len(predictions)) == (known[index], min(5, form.classes))
        item = json.dumps([base64.b64encode(image).decode()])
        ((best,), _) = mounted.post("/score", json={"input": item}).json()["result"]
        assert (best[0][0], len(best)) == (known[index], min(3, form.classes))


@pytest.mark.parametrize("form", GENERATED[-1:], ids=lambda form: form.name)
def test_the_acceptance_suite_passes_with_a_model_of_any_form(
    mounted: AppContainer, form: Form, tmp_path: Path
) -> None:
    """QA runs the suite on an endpoint with any model and golden set."""
    step = form.classes // form.photos
    indices = range(0, form.photos * step, step)
    write_golden(tmp_path / "golden", form.classes, form.channels, indices)
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/e2e/acceptance"]
    words += ["--url", mounted.url, "--golden", str(tmp_path / "golden")]
    words += ["--report", str(tmp_path / "report.json")]
    done = subprocess.run(
        words,
        cwd=ROOT,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=SUITE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
