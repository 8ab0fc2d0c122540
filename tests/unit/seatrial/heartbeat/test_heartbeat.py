"""The heartbeat of the nightly release, with a stand-in for the GitHub CLI, which needs GitHub."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from github_cli import GitHubState
from seatrial.errors import OutsideError
from seatrial.heartbeat.github import GitHub
from seatrial.heartbeat.nightly import NightlyCheck, check_nightly, scheduled

ROOT = Path(__file__).parents[4]
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def night(hours: float, conclusion: str = "success", status: str = "completed") -> dict[str, Any]:
    """Return a run as `gh run list --json` prints it (recorded), that began so many hours ago."""
    created = (NOW - timedelta(hours=hours)).isoformat().replace("+00:00", "Z")
    url = f"https://github.test/owner/name/actions/runs/{hours:g}"
    return {"createdAt": created, "status": status, "conclusion": conclusion, "url": url}


def known(file: str, state: str = "active", hours: float = 2000) -> dict[str, Any]:
    """Return a workflow as GitHub's API lists it (recorded, fewer fields)."""
    created = (NOW - timedelta(hours=hours)).isoformat()
    return {"id": 1, "name": file, "path": f".github/workflows/{file}", "state": state, "created_at": created}


@dataclass
class Repository:
    """The checkout, and what the stand-in for gh has recorded."""

    calls: Path

    @property
    def state(self) -> GitHubState:
        """What GitHub has."""
        return GitHubState(self.calls.with_suffix(".json"))

    def has(self, nights: list[dict[str, Any]], *workflows: dict[str, Any]) -> None:
        """Set the runs of `nightly` and the workflows."""
        state = self.state
        state.nights = nights
        state.workflows = list(workflows) or [known(file) for file in scheduled(ROOT / ".github/workflows")]
        state.save()

    def check(self) -> NightlyCheck:
        """Check the night as the workflow does."""
        return check_nightly(GitHub(ROOT), NOW, 36)

    def enabled(self) -> list[str]:
        """Return the files of the workflows that were enabled."""
        calls = self.calls.read_text().splitlines()
        return [call.split("/")[-2] for call in calls if "/enable " in call]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository whose `gh` is the stand-in."""
    program = tmp_path / "gh"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {ROOT / "tests/github_cli.py"} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("STANDIN_CALLS", str(tmp_path / "calls"))
    return Repository(tmp_path / "calls")


def test_a_recent_night_opens_no_issue(repository: Repository) -> None:
    """35 hours are within the limit."""
    repository.has([night(35)])
    found = repository.check()
    assert found.fresh
    assert repository.state.issues == []


def test_an_old_night_has_one_open_issue_however_often_it_is_looked_at(repository: Repository) -> None:
    """The second look neither opens another issue nor comments."""
    repository.has([night(37)])
    assert [repository.check().opened for _ in range(2)] == [True, False]
    (issue,) = repository.state.issues
    assert issue["state"] == "OPEN"
    assert "37 hours ago" in issue["comments"][0]
    assert len(issue["comments"]) == 1


def test_the_issue_is_closed_when_a_night_is_recent_again(repository: Repository) -> None:
    """A later stop opens a new one."""
    repository.has([night(40)])
    repository.check()
    repository.has([night(2), night(40)])
    assert repository.check().closed == (1,)
    assert repository.state.issues[0]["state"] == "CLOSED"
    repository.has([night(50)])
    assert repository.check().opened
    assert [issue["state"] for issue in repository.state.issues] == ["CLOSED", "OPEN"]


@pytest.mark.parametrize("conclusion", ["failure", "cancelled", "startup_failure", "timed_out"])
def test_a_night_that_did_not_succeed_does_not_count(repository: Repository, conclusion: str) -> None:
    """The reason names how many did not, and the newest of them."""
    repository.has([night(6, conclusion), night(30, conclusion), night(54)])
    found = repository.check()
    assert not found.fresh
    assert "2 since then did not succeed" in found.why
    assert found.why.count("/runs/6)") == 1


@pytest.mark.parametrize("status", ["in_progress", "queued", "waiting"])
def test_a_night_that_runs_or_waits_for_reviewers_counts(repository: Repository, status: str) -> None:
    """Its conclusion is empty."""
    repository.has([night(6, "", status), night(54)])
    assert repository.check().fresh


def test_before_the_first_night_the_age_is_that_of_the_workflow(repository: Repository) -> None:
    """A new repository has a day and a half for its first night."""
    repository.has([], known("nightly.yml", hours=10))
    assert repository.check().fresh
    repository.has([], known("nightly.yml", hours=40))
    assert "no nightly release has succeeded" in repository.check().why


def test_every_schedule_is_kept_in_force_except_those_that_a_person_disabled(repository: Repository) -> None:
    """Enabling is the activity that GitHub counts; `model.yml` was disabled for inactivity already."""
    others = [known("model.yml", "disabled_inactivity"), known("nightly-tests.yml", "disabled_manually")]
    repository.has([night(3)], known("nightly.yml"), known("heartbeat.yml"), known("cd.yml"), *others)
    assert repository.check().kept == ("heartbeat.yml", "model.yml", "nightly.yml")
    assert repository.enabled() == ["heartbeat.yml", "model.yml", "nightly.yml"]
    states = {each["path"].rpartition("/")[2]: each["state"] for each in repository.state.workflows}
    assert states["model.yml"] == "active"
    assert states["nightly-tests.yml"] == "disabled_manually"


def test_without_gh_the_error_has_the_way_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One line, with the rights that the token needs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OutsideError, match="gh is not installed") as raised:
        check_nightly(GitHub(ROOT), NOW, 36)
    assert "actions: write" in raised.value.hint


def test_a_repository_without_the_workflow_is_an_error(repository: Repository) -> None:
    """The heartbeat of nothing is not a recent night."""
    repository.has([], known("cd.yml"))
    with pytest.raises(OutsideError, match=r"no workflow nightly\.yml"):
        repository.check()
