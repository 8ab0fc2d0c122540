"""The reports of runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from seatrial.retention.references import References
from seatrial.retention.report_files import list_reports


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of two releases, a timeline and a directory."""
    for age, name in enumerate(
        ("staging-2-live.json", "staging-2-live.xml", "staging-2-preview.json", "staging-1-preview.json")
    ):
        (tmp_path / name).write_text("{}")
        os.utime(tmp_path / name, (1_000_000 - age, 1_000_000 - age))
    (tmp_path / "good-timeline.jsonl").write_text("{}")
    (tmp_path / "run-7").mkdir()
    (tmp_path / "run-7" / "report.html").write_text("<p>")
    return tmp_path


def test_the_files_of_a_run_are_one_report(folder: Path) -> None:
    """Preview and live, JSON and XML, are kept or removed together."""
    found = {each.name: len(each.paths) for each in list_reports(folder, References())}
    assert found == {"staging-2": 3, "staging-1": 1, "good": 1, "run-7": 1}


def test_a_recorded_release_uses_its_report(folder: Path) -> None:
    """The report is kept as long as the record."""
    references = References(releases=frozenset({"staging-1"}))
    used_by = {each.name: each.used_by for each in list_reports(folder, references)}
    assert used_by == {"staging-1": "release staging-1", "staging-2": "", "good": "", "run-7": ""}


def test_an_unreachable_environment_uses_all_its_reports(folder: Path) -> None:
    """Its records are unknown, so no report of its releases is removed."""
    found = list_reports(folder, References(unreachable={"staging": "timed out"}))
    used_by = {each.name: each.used_by for each in found}
    assert used_by["staging-1"] == used_by["staging-2"] == "staging could not be read"
    assert used_by["good"] == ""


def test_all_files_of_a_report_are_removed_and_no_others(folder: Path) -> None:
    """Files and directories of other runs stay."""
    for each in list_reports(folder, References()):
        if each.name in ("staging-2", "run-7"):
            each.remove()
    assert sorted(path.name for path in folder.iterdir()) == [
        "good-timeline.jsonl",
        "staging-1-preview.json",
    ]


def test_a_link_is_removed_not_followed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The directory that a link points to is not deleted."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "file").write_text("precious")
    (folder / "linked").symlink_to(elsewhere)
    next(each for each in list_reports(folder, References()) if each.name == "linked").remove()
    assert (elsewhere / "file").exists()
    assert not (folder / "linked").is_symlink()


def test_a_missing_directory_has_no_reports(tmp_path: Path) -> None:
    """Before the first run there is no directory."""
    assert list_reports(tmp_path / "none", References()) == []
