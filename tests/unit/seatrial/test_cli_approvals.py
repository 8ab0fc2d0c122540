"""Approvals on the command line: verified with GitHub in a run of GitHub Actions, elsewhere only stated."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from github_api import TOKEN, GitHubStandIn, review, serving_github
from seatrial.cli import main
from seatrial.errors import RefusedError
from seatrial.release.approval import Approval
from seatrial.stages import promote

TOML = """
[model]
name = "m"
[golden]
name = "g"
[image]
base = "b"
[environments.production]
namespace = "n"
overlay = "o"
host = "h"
approval = "person"
"""
VERIFIED = "octocat (review verified with GitHub, run 1658 attempt 1)"
STATED = "octocat (stated, not verified)"


@pytest.fixture
def github() -> Iterator[GitHubStandIn]:
    """GitHub, where octocat has approved run 1658 for production."""
    with serving_github() as served:
        served.reviews = [review("octocat", "approved", "production")]
        yield served


@pytest.fixture(autouse=True)
def outside_ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`seatrial promote` outside of a CI run; the stage refuses with the approval that it was given."""
    (tmp_path / "seatrial.toml").write_text(TOML)
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_TOKEN", "BUILD_BUILDID", "APPROVALS", "APPROVED_BY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "argv", ["seatrial", "promote", "--env", "production"])
    monkeypatch.setattr(promote, "promote", refuse)


@pytest.fixture
def inside_run(github: GitHubStandIn, monkeypatch: pytest.MonkeyPatch) -> GitHubStandIn:
    """The variables of a job of run 1658."""
    for name, value in github.environ.items():
        monkeypatch.setenv(name, value)
    return github


def refuse(
    _settings: object, _workspace: object, _env: str, _source: str, _image: str, who: Approval
) -> None:
    """Refuse with the approval that the stage was given."""
    raise RefusedError(f"approved by {who}", "the test ends here")


def give_file(folder: Path, monkeypatch: pytest.MonkeyPatch, login: str) -> None:
    """Write a list with one approval and pass it as APPROVALS."""
    (folder / "reviews.json").write_text(json.dumps([review(login, "approved", "production")]))
    monkeypatch.setenv("APPROVALS", "reviews.json")


def ended(capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    """Run the command; return its exit code and its one line."""
    with pytest.raises(SystemExit) as ended:
        main()
    (line,) = capsys.readouterr().err.splitlines()
    assert TOKEN not in line
    return ended.value.code, line


def test_a_file_that_was_typed_by_hand_does_not_read_like_a_review(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the id of a run, which anybody can set, a file is still what somebody states."""
    give_file(tmp_path, monkeypatch, "octocat")
    monkeypatch.setenv("GITHUB_RUN_ID", "1658")
    monkeypatch.setenv("BUILD_BUILDID", "1658")
    code, line = ended(capsys)
    assert code == 10
    assert f"approved by {STATED}." in line


@pytest.mark.parametrize("given", ["nothing", "a name", "the same file"])
def test_in_a_run_the_reviewers_are_those_of_github(
    inside_run: GitHubStandIn,
    given: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A confirmed review is recorded with its run, whatever else was given."""
    if given == "a name":
        monkeypatch.setenv("APPROVED_BY", "Mallory")
    if given == "the same file":
        give_file(tmp_path, monkeypatch, "octocat")
    assert f"approved by {VERIFIED}." in ended(capsys)[1]
    assert len(inside_run.paths) == 2


@pytest.mark.usefixtures("inside_run")
def test_a_file_with_other_names_than_githubs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error has both lists of reviewers."""
    give_file(tmp_path, monkeypatch, "mallory")
    code, line = ended(capsys)
    assert code == 10
    assert "reviews.json has mallory as reviewers of production, GitHub has octocat" in line


def test_in_a_run_that_nobody_reviewed_a_name_is_only_stated(
    inside_run: GitHubStandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name in the variable of a job is not a review."""
    inside_run.reviews = []
    monkeypatch.setenv("APPROVED_BY", "octocat")
    assert f"approved by {STATED}." in ended(capsys)[1]


def test_an_environment_that_requires_no_approval_does_not_ask_github(
    inside_run: GitHubStandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failure of GitHub does not prevent a release that needs no approval."""
    (tmp_path / "seatrial.toml").write_text(TOML.replace('approval = "person"', ""))
    assert "approved by ." in ended(capsys)[1]
    assert inside_run.paths == []
