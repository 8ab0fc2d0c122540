"""The command line says whose approval a release has: a name, or the reviews of the CI run it is in."""

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
def by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make promote` in a checkout, on no CI's machine, with reviews at hand; the stage says who approved."""
    (tmp_path / "seatrial.toml").write_text(TOML)
    (tmp_path / "reviews.json").write_text(REVIEWS)
    monkeypatch.chdir(tmp_path)
    for name in RUNS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("APPROVALS", "reviews.json")
    monkeypatch.setattr(sys, "argv", ["seatrial", "promote", "--env", "production"])
    monkeypatch.setattr(promote, "promote", _say)


def _say(_settings: object, _workspace: object, _env: str, _source: str, _image: str, who: Approval) -> None:
    raise RefusedError(f"approved by {who}", "nothing: the test ends here")


@pytest.mark.usefixtures("by_hand")
def test_a_list_of_reviews_by_hand_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 10 and one line with the cure, before anything is asked of any cluster."""
    with pytest.raises(SystemExit) as ended:
        main()
    (line,) = capsys.readouterr().err.splitlines()
    assert ended.value.code == 10
    assert line.startswith(
        "seatrial: refused (10): a list of reviews is taken from a CI run, and this is none."
    )
    assert "let the workflow do it" in line


@pytest.mark.usefixtures("by_hand")
@pytest.mark.parametrize("name", RUNS)
def test_a_review_is_recorded_with_the_run_that_it_is_of(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GitHub Actions and Azure Pipelines each say which run this is."""
    monkeypatch.setenv(name, "1658")
    with pytest.raises(SystemExit):
        main()
    assert "approved by octocat (reviewed in run 1658)" in capsys.readouterr().err
