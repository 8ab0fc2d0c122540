"""The hook at a command's end: whatever happens to the report, the release goes its way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from memory_environments import Environments, environments_of
from seatrial.commands.summary import summarised
from seatrial.errors import RefusedError
from seatrial.release.target import open_target
from seatrial.report.render import SUMMARY_BYTES
from seatrial.report.suite_page import leave_page
from seatrial.report.writer import Reporting
from seatrial.settings import load
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[4]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A checkout of its own."""
    (tmp_path / "seatrial.toml").write_bytes((ROOT / "seatrial.toml").read_bytes())
    (tmp_path / "model.lock").write_bytes((ROOT / "model.lock").read_bytes())
    return Workspace(tmp_path, "dev")


@pytest.fixture
def environments(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Environments:
    """Staging and production, in memory."""
    with environments_of(load(workspace), monkeypatch) as found:
        yield found


def test_an_accepted_release_leaves_its_report(environments: Environments, workspace: Workspace) -> None:
    """Page, JSON and summary stand under reports/<instance>/<release>/, with the last state in them."""
    target = open_target(environments.settings, workspace, "staging", services=environments.services)
    with Reporting(target) as report:
        report.of(environments.release("staging", 1, "a", "previewed", "pending"))
        target.records.move(target.records.all()[0], "stable")
    folder = workspace.root / "reports" / "dev" / "staging-1"
    assert {path.name for path in folder.iterdir()} == {"report.html", "report.json", "summary.md"}
    assert json.loads((folder / "report.json").read_text())["headline"]["text"] == "Accepted"


def test_a_refused_release_leaves_its_report_and_the_refusal(
    environments: Environments, workspace: Workspace
) -> None:
    """The error goes on as it came, its log on the page."""
    target = open_target(environments.settings, workspace, "staging", services=environments.services)
    record = environments.release("staging", 1, "a", "refused")

    def refuse() -> None:
        with Reporting(target) as report:
            report.of(record)
            raise RefusedError("too slow", "be quick", "the log's last line")

    with pytest.raises(RefusedError, match="too slow"):
        refuse()
    assert "last line" in (workspace.root / "reports/dev/staging-1/report.html").read_text()


def test_a_report_that_fails_is_one_line(
    environments: Environments,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An error in rendering never makes a release fail."""

    def page(*words: object) -> str:
        raise ValueError("a template\nis broken")

    monkeypatch.setattr("seatrial.report.render.page", page)
    target = open_target(environments.settings, workspace, "staging", services=environments.services)
    with Reporting(target) as report:
        report.of(environments.release("staging", 1, "a", "previewed", "pending", "stable"))
    said = capsys.readouterr().err.splitlines()
    assert said == ["  warning: no report on staging-1 (ValueError: a template is broken)"]


def test_a_command_that_began_no_release_leaves_nothing(
    environments: Environments, workspace: Workspace
) -> None:
    """Where the environment is held by somebody else there is nothing to report on."""
    with Reporting(open_target(environments.settings, workspace, "staging", services=environments.services)):
        pass
    assert not (workspace.root / "reports").exists()


def _summary(root: Path, release: str, text: str) -> None:
    folder = root / "reports" / "dev" / release
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.md").write_text(text)


def test_the_step_summary_gets_what_this_command_left(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not what other environments or earlier commands did, and also where the command fails."""
    monkeypatch.chdir(workspace.root)
    target = workspace.root / "step.md"

    def refuse() -> None:
        with summarised("dev", "staging", target):
            _summary(workspace.root, "staging-2", "second")
            _summary(workspace.root, "staging-eu-3", "another's")
            raise RefusedError("no")

    with pytest.raises(RefusedError):
        refuse()
    assert target.read_text() == "second\n"


def test_the_step_summary_never_outgrows_its_limit(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in it already counts."""
    monkeypatch.chdir(workspace.root)
    target = workspace.root / "step.md"
    target.write_text("x" * (SUMMARY_BYTES - 100))
    with summarised("dev", "staging", target):
        _summary(workspace.root, "staging-2", "line\n" * 1000)
    assert target.stat().st_size <= SUMMARY_BYTES


def test_no_step_summary_is_no_failure(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that cannot be written is one line of warning."""
    monkeypatch.chdir(workspace.root)
    with summarised("dev", "staging", workspace.root / "no" / "such" / "step.md"):
        _summary(workspace.root, "staging-2", "second")
    assert "warning: no step summary" in capsys.readouterr().err


def test_a_suite_run_by_hand_leaves_a_page(tmp_path: Path) -> None:
    """`make test-e2e` has a page too, with what it found and no word on a release."""
    rows = [{"name": "It answers.", "passed": False, "detail": "503"}]
    body = {"asked": {"url": "http://x.test"}, "promises": rows, "milliseconds": [3.0, 4.0]}
    (tmp_path / "acceptance.json").write_text(json.dumps(body))
    page = leave_page(tmp_path / "acceptance.json", None)
    assert page == tmp_path / "acceptance" / "report.html"
    assert "1 of 1 promises broken" in page.read_text()
