"""validate and update on an evaluation set, and the reports that they leave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from colours import write_model
from model_fixtures import fetched
from samples import write_evaluation
from seatrial.errors import RefusedError
from seatrial.results import Artefact, ValidateResult
from seatrial.settings import Settings, Validate
from seatrial.stages.publish import publish
from seatrial.stages.update import update
from seatrial.stages.validate import validate
from seatrial.workspace import Workspace


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """An evaluation set of three originals in five variants each."""
    write_evaluation(tmp_path / "evaluation-set", copies=5)
    return tmp_path / "evaluation-set"


def report(workspace: Workspace) -> dict[str, object]:
    """Return the data of the last validation's report."""
    found = json.loads((workspace.root / "reports/dev/validation/validation.json").read_text())
    assert isinstance(found, dict)
    return found


def test_the_locked_evaluation_set_is_judged_and_reported(
    settings: Settings, workspace: Workspace, model: Path, golden: Path, many: Path
) -> None:
    """The result names the set, its checks are in the report, and n is the number of originals."""
    ready = fetched(settings, workspace, model, golden, many)
    result = validate(settings, ready)
    assert isinstance(result.evaluation, Artefact)
    checks = {each.name: each for each in result.verdicts}
    assert checks["evaluation: top-1"].detail.endswith("3 originals in 15 photos")
    assert checks["evaluation: not worse than the live model"].status == "not judged"
    assert report(ready)["headline"] == {
        "tone": "good",
        "text": f"Passed {sum(each.judged for each in result.verdicts)} checks",
        "why": f"{sum(not each.judged for each in result.verdicts)} not judged: see the reasons below.",
    }


def test_a_refused_model_leaves_a_report_too(
    settings: Settings, workspace: Workspace, golden: Path, many: Path, tmp_path: Path
) -> None:
    """With the photos that are wrong, expected and got."""
    write_model(tmp_path / "wrong", labels=("green", "red", "blue"))
    ready = fetched(settings, workspace, tmp_path / "wrong", golden, many)
    with pytest.raises(RefusedError):
        validate(settings, ready)
    assert not ready.read_result(ValidateResult).passed
    summary = (ready.root / "reports/dev/validation/validation.md").read_text()
    assert "❌ colours 1.0.0: Refused" in summary
    assert "| red.png | red 90\N{NO-BREAK SPACE}% |" in summary
    assert (ready.root / "reports/dev/validation/validation.html").exists()


@pytest.mark.parametrize(("demanded", "status"), [(False, "not judged"), (True, "failed")])
def test_an_evaluation_set_can_be_demanded(
    settings: Settings, workspace: Workspace, model: Path, golden: Path, demanded: bool, status: str
) -> None:
    """A lock without one is not judged on a sample, which a setting refuses, with its name."""
    ready = fetched(settings, workspace, model, golden, None)
    limits = settings.model_copy(update={"validation": Validate(demand_evaluation=demanded)})
    try:
        checks = validate(limits, ready).verdicts
    except RefusedError:
        checks = ready.read_result(ValidateResult).verdicts
    (check,) = [each for each in checks if each.name.startswith("evaluation: ")]
    assert check.status == status
    assert ("demand_evaluation requires it" in check.detail) == demanded


def test_a_refused_update_keeps_the_lock_and_leaves_a_report(
    settings: Settings, workspace: Workspace, model: Path, golden: Path, many: Path, tmp_path: Path
) -> None:
    """The report is of the newer model, which the lock does not name."""
    ready = fetched(settings, workspace, model, golden, many)
    before = ready.lock.read_bytes()
    write_model(tmp_path / "newer", labels=("green", "red", "blue"), version="1.1.0")
    publish(settings, ready, model=tmp_path / "newer")
    with pytest.raises(RefusedError, match=r"colours 1\.1\.0 failed"):
        update(settings, ready)
    assert ready.lock.read_bytes() == before
    assert report(ready)["name"] == "colours 1.1.0"


def test_an_update_that_passes_leaves_a_report(
    settings: Settings, workspace: Workspace, model: Path, golden: Path, many: Path, tmp_path: Path
) -> None:
    """It is what a pull request shows."""
    ready = fetched(settings, workspace, model, golden, many)
    write_model(tmp_path / "newer", version="1.1.0")
    publish(settings, ready, model=tmp_path / "newer")
    assert update(settings, ready).changed
    assert report(ready)["name"] == "colours 1.1.0"
