"""Approvals on the command line: a list of reviews counts only inside the CI run that it is of."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from seatrial.cli import main
from seatrial.errors import RefusedError
from seatrial.release.approval import Approval
from seatrial.stages import promote

REVIEWS = '[{"state": "approved", "environments": [{"name": "production"}], "user": {"login": "octocat"}}]'
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
"""
RUNS = ("GITHUB_RUN_ID", "BUILD_BUILDID")


@pytest.fixture
def outside_ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`seatrial promote` outside a CI run, with a list of reviews; the stage refuses with the approval."""
    (tmp_path / "seatrial.toml").write_text(TOML)
    (tmp_path / "reviews.json").write_text(REVIEWS)
    monkeypatch.chdir(tmp_path)
    for name in RUNS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("APPROVALS", "reviews.json")
    monkeypatch.setattr(sys, "argv", ["seatrial", "promote", "--env", "production"])
    monkeypatch.setattr(promote, "promote", refuse)


def refuse(
    _settings: object, _workspace: object, _env: str, _source: str, _image: str, who: Approval
) -> None:
    """Refuse with the approval that the stage was given."""
    raise RefusedError(f"approved by {who}", "the test ends here")


@pytest.mark.usefixtures("outside_ci")
def test_reviews_outside_a_ci_run_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 10, with one line, before the stage begins."""
    with pytest.raises(SystemExit) as ended:
        main()
    (line,) = capsys.readouterr().err.splitlines()
    assert ended.value.code == 10
    assert line.startswith("seatrial: refused (10): reviews are accepted only inside a CI run. Cure: ")
    assert "run the workflow" in line


@pytest.mark.usefixtures("outside_ci")
@pytest.mark.parametrize("name", RUNS)
def test_a_review_is_recorded_with_its_ci_run(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GitHub Actions and Azure Pipelines each set the id of the run in a variable."""
    monkeypatch.setenv(name, "1658")
    with pytest.raises(SystemExit):
        main()
    assert "approved by octocat (reviewed in run 1658)" in capsys.readouterr().err
