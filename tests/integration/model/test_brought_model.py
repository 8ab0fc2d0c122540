"""From the files of an exporter to a validated model.lock: card, golden, use, fetch, validate."""

from __future__ import annotations

from pathlib import Path

import pytest

from brought_models import GENERATED, BroughtModel, Form, generated, page_orientation
from card_maker import ScriptedUser
from imagemodel.golden import load_golden
from seatrial.model.card.presets import Overrides
from seatrial.model.card.request import CardRequest
from seatrial.model.locks.lock import read_lock
from seatrial.model.photo_sets.create import SetRequest
from seatrial.results import ValidateResult
from seatrial.settings import Settings
from seatrial.stages.card import card
from seatrial.stages.fetch import fetch
from seatrial.stages.golden import golden as make_golden
from seatrial.stages.use import use
from seatrial.stages.validate import validate
from seatrial.workspace import Workspace


def ship(settings: Settings, checkout: Workspace, brought: BroughtModel, folder: Path) -> ValidateResult:
    """Take the stages that a user types, up to the passing report."""
    overrides = Overrides(channels=brought.channels if brought.channels != "RGB" else "")
    request = CardRequest(
        str(brought.onnx),
        str(brought.labels),
        folder / "model",
        name=brought.name,
        version="1.0.0",
        licence="MIT",
        preset=brought.preset,
        overrides=overrides,
    )
    card(settings, checkout, request, ScriptedUser())
    make_golden(settings, checkout, SetRequest(brought.photos, folder / "model", folder / "golden"))
    use(settings, checkout, model=folder / "model", golden=folder / "golden")
    now = Workspace(checkout.root, checkout.instance)
    now.write_result(fetch(settings, now))
    return validate(settings, now)


@pytest.mark.parametrize("form", GENERATED, ids=lambda form: form.name)
def test_a_generated_model_is_locked_and_passes(
    settings: Settings, workspace: Workspace, tmp_path: Path, form: Form
) -> None:
    """Every number of classes and photos, and every form that an exporter gives, needs no code change."""
    brought = generated(tmp_path / "brought", form)
    report = ship(settings, workspace, brought, tmp_path)
    assert report.passed
    assert report.model.name == form.name
    assert read_lock(workspace.lock).model == report.model
    assert len(load_golden(tmp_path / "golden").photos) == form.photos


def test_a_network_of_a_package_is_locked_and_passes(
    settings: Settings, workspace: Workspace, tmp_path: Path
) -> None:
    """PP-LCNet, which predicts the orientation of a page of text, is taken as its package ships it."""
    brought = page_orientation(tmp_path / "brought", tmp_path / "packages")
    report = ship(settings, workspace, brought, tmp_path)
    assert report.passed
    assert [check.status for check in report.verdicts if check.name.startswith("golden: ")] == ["passed"] * 4
