"""The workflow that notices when the nightly release has stopped; without Docker and cluster."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from github_cli import GitHubState
from integration.workflows.act import WorkflowRunner
from integration.workflows.conftest import git

EVENT: dict[str, object] = {"schedule": "47 8,20 * * *", "repository": {"default_branch": "main"}}


def set_night(runner: WorkflowRunner, hours: float) -> GitHubState:
    """Record that the last night began so many hours ago."""
    created = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
    night: dict[str, Any] = {"status": "completed", "conclusion": "success", "url": "https://github.test/1"}
    state = GitHubState(runner.folder / "calls.json")
    state.nights = [{"createdAt": created, **night}]
    state.workflows = [
        {"path": f".github/workflows/{file}", "state": "active", "created_at": created}
        for file in ("nightly.yml", "heartbeat.yml")
    ]
    state.save()
    return state


@pytest.fixture
def on_main(runner: WorkflowRunner) -> WorkflowRunner:
    """A runner whose checkout is the branch `main`."""
    git("-C", str(runner.repository), "branch", "-M", "main")
    return runner


def test_a_stale_night_is_a_red_run_with_an_issue_and_a_recent_one_closes_it(on_main: WorkflowRunner) -> None:
    """The run fails twice with one issue, and succeeds once a night is recent; schedules stay in force."""
    set_night(on_main, 40)
    for _ in range(2):
        run = on_main.run("heartbeat.yml", "schedule", EVENT)
        assert run.jobs == {"nightly": "failure"}, run.log
        assert "40 hours ago" in run.log
    assert [issue["state"] for issue in GitHubState(on_main.folder / "calls.json").issues] == ["OPEN"]
    set_night(on_main, 3)
    run = on_main.run("heartbeat.yml", "schedule", EVENT)
    assert run.jobs == {"nightly": "success"}, run.log
    state = GitHubState(on_main.folder / "calls.json")
    assert [issue["state"] for issue in state.issues] == ["CLOSED"]
    assert "actions/workflows/nightly.yml/enable" in on_main.calls
