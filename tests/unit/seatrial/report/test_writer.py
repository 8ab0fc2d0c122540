"""The reports that commands and the suite write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from memory_environments import Environments, make_environments
from memory_target import unfenced_records
from seatrial.commands.summary import summarised
from seatrial.errors import RefusedError
from seatrial.release.reporting import Reporting
from seatrial.release.target import open_target
from seatrial.report.render import SUMMARY_BYTES
from seatrial.report.suite_page import write_suite_page
from seatrial.settings import load
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[4]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A checkout with the settings and lock of this repository."""
    (tmp_path / "seatrial.toml").write_bytes((ROOT / "seatrial.toml").read_bytes())
    (tmp_path / "model.lock").write_bytes((ROOT / "model.lock").read_bytes())
    return Workspace(tmp_path, "dev")


@pytest.fixture
def environments(workspace: Workspace) -> Environments:
    """Staging and production in memory."""
    return make_environments(load(workspace))


def test_the_report_of_an_accepted_release_is_written(
    environments: Environments, workspace: Workspace
) -> None:
    """Page, JSON and summary are in reports/<instance>/<release>/ and have the last state."""
    target = open_target(environments.settings, workspace, "staging", environments.services)
    with Reporting(target) as report:
        report.of(environments.release("staging", 1, "a", "previewed", "pending"))
        unfenced_records(target).move(target.records.all()[0], "stable")
    folder = workspace.root / "reports" / "dev" / "staging-1"
    assert {path.name for path in folder.iterdir()} == {"report.html", "report.json", "summary.md"}
    report = json.loads((folder / "report.json").read_text())
    assert report["headline"]["text"] == "Accepted"
    assert report["schema_version"] == 3
    assert [check["preview"]["status"] for check in report["checks"]] == ["passed"]


def test_the_report_of_a_refused_release_has_the_errors_log(
    environments: Environments, workspace: Workspace
) -> None:
    """The error is raised unchanged, and its log is on the page."""
    target = open_target(environments.settings, workspace, "staging", environments.services)
    record = environments.release("staging", 1, "a", "refused")

    def refuse() -> None:
        with Reporting(target) as report:
            report.of(record)
            raise RefusedError("too slow", "use a smaller model", "the log's last line")

    with pytest.raises(RefusedError, match="too slow"):
        refuse()
    assert "last line" in (workspace.root / "reports/dev/staging-1/report.html").read_text()


def test_a_report_that_cannot_be_rendered_is_a_warning(
    environments: Environments,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The release does not fail, and the warning is one line."""

    def render_page(*_: object) -> str:
        raise ValueError("a template\nis broken")

    monkeypatch.setattr("seatrial.report.render.render_page", render_page)
    target = open_target(environments.settings, workspace, "staging", environments.services)
    with Reporting(target) as report:
        report.of(environments.release("staging", 1, "a", "previewed", "pending", "stable"))
    printed = capsys.readouterr().err.splitlines()
    assert printed == ["  warning: no report on staging-1 (ValueError: a template is broken)"]


def test_without_a_release_no_report_is_written(environments: Environments, workspace: Workspace) -> None:
    """A command that was refused the environment's Lease has nothing to report."""
    with Reporting(open_target(environments.settings, workspace, "staging", environments.services)):
        pass
    assert not (workspace.root / "reports").exists()


def _summary(root: Path, release: str, text: str) -> None:
    folder = root / "reports" / "dev" / release
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.md").write_text(text)


def test_the_step_summary_has_only_this_commands_reports(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports of other environments are not added; those of a failed command are."""
    monkeypatch.chdir(workspace.root)
    target = workspace.root / "step.md"

    def refuse() -> None:
        with summarised("dev", "staging", target):
            _summary(workspace.root, "staging-2", "second")
            _summary(workspace.root, "staging-eu-3", "of another environment")
            raise RefusedError("no")

    with pytest.raises(RefusedError):
        refuse()
    assert target.read_text() == "second\n"


def test_the_step_summary_is_within_its_limit(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text that the file contains already counts."""
    monkeypatch.chdir(workspace.root)
    target = workspace.root / "step.md"
    target.write_text("x" * (SUMMARY_BYTES - 100))
    with summarised("dev", "staging", target):
        _summary(workspace.root, "staging-2", "line\n" * 1000)
    assert target.stat().st_size <= SUMMARY_BYTES


def test_a_step_summary_that_cannot_be_written_is_a_warning(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command does not fail."""
    monkeypatch.chdir(workspace.root)
    with summarised("dev", "staging", workspace.root / "no" / "such" / "step.md"):
        _summary(workspace.root, "staging-2", "second")
    assert "warning: no step summary" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("checks", "skipped", "headline"),
    [
        ([{"passed": False}], [], "1 of 1 checks failed"),
        ([{"passed": True}], [], "All 1 checks passed"),
        ([{"passed": True}], [{"required": False}], "All 1 checks passed"),
        ([{"passed": True}], [{"required": True}], "1 checks passed, 1 required did not run"),
        ([], [{"required": True}], "No check ran"),
        ([], [], "No check ran"),
    ],
)
def test_a_suite_run_by_hand_has_a_page(
    tmp_path: Path, checks: list[dict[str, object]], skipped: list[dict[str, object]], headline: str
) -> None:
    """The headline counts failed checks, and required ones that were skipped."""
    body = {
        "asked": {"url": "http://x.test"},
        "checks": [{"name": "It answers.", "test": "a", "detail": "503", **row} for row in checks],
        "skipped": [{"name": "It has a version.", "test": "b", "detail": "none", **row} for row in skipped],
        "milliseconds": [3.0, 4.0],
    }
    (tmp_path / "acceptance.json").write_text(json.dumps(body))
    page = write_suite_page(tmp_path / "acceptance.json", None)
    assert page == tmp_path / "acceptance" / "report.html"
    assert f"<h1>{headline}</h1>" in page.read_text()


def test_a_suite_page_that_cannot_be_written_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The suite's own result does not change."""
    (tmp_path / "acceptance.json").write_text("{}")
    (tmp_path / "acceptance").write_text("a file, not a directory")
    assert write_suite_page(tmp_path / "acceptance.json", None) is None
    assert "warning: no page for acceptance.json" in capsys.readouterr().err
