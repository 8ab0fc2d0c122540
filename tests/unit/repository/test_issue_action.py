"""Tests of the action that opens an environment's issue: its script, with a stand-in for the GitHub CLI."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from unit.repository.project import ROOT

ACTION = ROOT / ".github" / "actions" / "issue" / "action.yml"
# Stands in for `gh`, which needs GitHub: records the call, and prints the number of the open issue.
GH = """#!/bin/sh
printf '%s\\n' "$*" >> "$FOLDER/calls"
case "$*" in "issue list"*) printf '%s' "$OPEN_ISSUE" ;; esac
"""


@dataclass
class Action:
    """The action's script in a folder of its own."""

    folder: Path

    def run(self, notices: str, open_issue: str = "", **inputs: str) -> list[str]:
        """Run the script as a runner does, and return the calls of `gh`."""
        (step,) = yaml.safe_load(ACTION.read_text())["runs"]["steps"]
        environment = {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "FOLDER": str(self.folder),
            "ENVIRONMENT": "staging",
            "NOTICES": notices,
            "OPEN_ISSUE": open_issue,
            "GITHUB_SERVER_URL": "https://github.test",
            "GITHUB_REPOSITORY": "owner/name",
            "GITHUB_RUN_ID": "7",
            "GITHUB_RUN_ATTEMPT": "1",
            **inputs,
        }
        argv = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
        subprocess.run(argv, env=environment, check=True, capture_output=True, text=True, timeout=30)
        return (self.folder / "calls").read_text().splitlines()

    @property
    def body(self) -> str:
        """The text that was sent."""
        return (self.folder / "issue.md").read_text()


@pytest.fixture
def action(tmp_path: Path) -> Action:
    """The action, with the stand-in for `gh` on its PATH."""
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    return Action(tmp_path)


def test_the_first_report_opens_an_issue_with_a_fixed_title_and_label(action: Action) -> None:
    """There is one issue for an environment, found by its label."""
    label, find, create = action.run("staging: it was rolled back. Next: make history ENV=staging")
    assert label.startswith("label create release-staging --force")
    assert find.startswith("issue list --label release-staging --state open ")
    assert create == (
        "issue create --title The release to staging needs attention --label release-staging "
        f"--body-file {action.folder}/issue.md"
    )
    assert action.body == (
        "    staging: it was rolled back. Next: make history ENV=staging\n\n"
        "https://github.test/owner/name/actions/runs/7/attempts/1\n"
    )


def test_a_later_report_is_a_comment_on_the_open_issue(action: Action) -> None:
    """No second issue is opened."""
    calls = action.run("staging: again", open_issue="12")
    assert calls[-1] == f"issue comment 12 --body-file {action.folder}/issue.md"
    assert not [call for call in calls if call.startswith("issue create")]


def test_every_line_of_a_notice_is_code(action: Action) -> None:
    """Text of an error mentions nobody, closes no issue and is no command of the shell."""
    action.run("\n  @everyone fixes #1 $(touch x) `touch x`\n\n[a](http://b)\n")
    assert action.body.splitlines()[:2] == [
        "    @everyone fixes #1 $(touch x) `touch x`",
        "    [a](http://b)",
    ]
    assert not (action.folder / "x").exists()


def test_a_job_without_a_notice_is_reported_too(action: Action) -> None:
    """A runner that was lost leaves no message; the issue has the next command."""
    action.run("\n \n")
    assert "make history ENV=staging" in action.body


def test_the_issue_of_the_model_has_a_title_a_label_and_a_command_of_its_own(action: Action) -> None:
    """A model that was refused belongs to no environment."""
    calls = action.run("", TITLE="The newest model needs attention", LABEL="model", NEXT="read the log")
    assert calls[0].startswith("label create model --force ")
    assert "issue create --title The newest model needs attention --label model " in calls[-1]
    assert "Next: read the log" in action.body
