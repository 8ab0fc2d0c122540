"""The reports of runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from seatrial.retention.references import References
from seatrial.retention.report_files import reports


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Reports of two releases, a timeline's and a folder's."""
    for age, name in enumerate(
        ("staging-2-live.json", "staging-2-live.xml", "staging-2-preview.json", "staging-1-preview.json")
    ):
        (tmp_path / name).write_text("{}")
        os.utime(tmp_path / name, (1_000_000 - age, 1_000_000 - age))
    (tmp_path / "honest-timeline.jsonl").write_text("{}")
    (tmp_path / "run-7").mkdir()
    (tmp_path / "run-7" / "report.html").write_text("<p>")
    return tmp_path


def test_the_parts_of_a_run_are_one_report(folder: Path) -> None:
    """Preview and live, JSON and XML, stay or go together."""
    found = {each.name: len(each.paths) for each in reports(folder, References())}
    assert found == {"staging-2": 3, "staging-1": 1, "honest": 1, "run-7": 1}


def test_a_remembered_release_names_its_report(folder: Path) -> None:
    """While the record of a release is there, so is its report."""
    named = {each.name: each.named for each in reports(folder, References(releases=frozenset({"staging-1"})))}
    assert named == {"staging-1": "release staging-1", "staging-2": "", "honest": "", "run-7": ""}


def test_a_silent_environment_may_name_any_of_its_reports(folder: Path) -> None:
    """Who could not be asked is taken to name all of its own."""
    named = {each.name: each.named for each in reports(folder, References(silent={"staging": "away"}))}
    assert named["staging-1"] == named["staging-2"] == "staging could not be asked"
    assert named["honest"] == ""


def test_a_report_goes_whole_and_alone(folder: Path) -> None:
    """Files and folders of one run are removed, and nothing beside them."""
    for each in reports(folder, References()):
        if each.name in ("staging-2", "run-7"):
            each.remove()
    assert sorted(path.name for path in folder.iterdir()) == [
        "honest-timeline.jsonl",
        "staging-1-preview.json",
    ]


def test_a_link_is_removed_not_followed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a report only points to is not ours to remove."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "file").write_text("precious")
    (folder / "linked").symlink_to(elsewhere)
    next(each for each in reports(folder, References()) if each.name == "linked").remove()
    assert (elsewhere / "file").exists()
    assert not (folder / "linked").is_symlink()


def test_no_reports_are_no_error(tmp_path: Path) -> None:
    """Before the first run there is nothing to keep."""
    assert reports(tmp_path / "none", References()) == []
