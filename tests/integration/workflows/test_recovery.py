"""The workflows after a release that did not end well, on the local cloud: rolled back, held, killed."""

from __future__ import annotations

import pytest

from github_cli import GitHubState
from integration.workflows.act import WorkflowRun, WorkflowRunner
from integration.workflows.live_faults import commit_fault, killed
from integration.workflows.test_release import PUSH, History, LiveVersion

pytestmark = pytest.mark.long
HOST = "staging.seatrial.test"
# The Lease of the killed deployer has to expire.
SHORT_LEASE = {"SEATRIAL_ENVIRONMENTS__STAGING__LEASE_SECONDS": "15"}
FAILED = {"image": "success", "release": "failure", "settle": "success", "issue": "success"}


def results(run: WorkflowRun) -> dict[str, str]:
    """Return the results of the jobs, without that of the job that calls them."""
    return {job: result for job, result in run.jobs.items() if job != "staging"}


def reported(runner: WorkflowRunner) -> list[str]:
    """Return what the issues say, one text for each report."""
    issues = GitHubState(runner.folder / "calls.json").issues
    assert {issue["title"] for issue in issues} <= {"The release to staging needs attention"}
    return [text for issue in issues for text in issue["comments"]]


def by_hand(runner: WorkflowRunner, name: str, **inputs: str) -> WorkflowRun:
    """Start a workflow for staging, as on-call does on main."""
    payload: dict[str, object] = {"ref": "refs/heads/main", "inputs": {"environment": "staging", **inputs}}
    return runner.run(f"{name}.yml", "workflow_dispatch", payload)


def test_a_release_that_fails_on_the_live_address_is_rolled_back(
    connected: WorkflowRunner, live_version: LiveVersion, history: History
) -> None:
    """The release job ends with 20, users are on the stable release, an issue has the reason."""
    before = live_version()
    commit_fault(connected.repository, HOST)
    run = connected.run("cd.yml", "push", PUSH)
    assert results(run) == FAILED, run.log
    assert "seatrial: rolled back (20)" in run.log
    assert live_version() == before
    assert history("staging")[0].state == "switched-back"
    (report,) = reported(connected)
    assert "staging: the release was rolled back, users are on the stable release" in report
    assert "settle: nothing was unfinished" in run.log


@pytest.mark.timeout(1800)
def test_a_rollback_by_hand_holds_the_release_until_resume(
    connected: WorkflowRunner, live_version: LiveVersion, history: History
) -> None:
    """The next push of the same commit is refused with the reason, and released after `resume`."""
    before = live_version()
    run = connected.run("cd.yml", "push", PUSH)
    assert results(run) == {"image": "success", "release": "success"}, run.log
    released = live_version()
    run = by_hand(connected, "rollback", why="cats are dogs")
    assert run.jobs == {"rollback": "success", "issue": "success"}, run.log
    assert live_version() == before
    assert "on hold by" in history("staging")[0].why
    assert "Why: " in reported(connected)[0]
    assert "cats are dogs" in reported(connected)[0]
    run = connected.run("cd.yml", "push", PUSH)
    assert results(run) == {"image": "success", "release": "failure", "settle": "success"}, run.log
    assert "seatrial: refused (10)" in run.log
    assert "is on hold" in run.log
    assert live_version() == before
    run = by_hand(connected, "resume")
    assert run.jobs == {"resume": "success"}, run.log
    assert [row.release for row in history("staging") if "on hold by" in row.why] == []
    run = connected.run("cd.yml", "push", PUSH)
    assert results(run) == {"image": "success", "release": "success"}, run.log
    assert live_version()["app"]["commit"] == released["app"]["commit"]


@pytest.mark.parametrize(
    ("faulty", "state", "settled", "notice"),
    [
        (False, "stable", "success", "a release was interrupted and is settled"),
        (True, "switched-back", "failure", "the release was rolled back, users are on the stable release"),
    ],
)
def test_a_deployer_that_is_killed_is_settled(
    connected: WorkflowRunner,
    history: History,
    live_version: LiveVersion,
    faulty: bool,
    state: str,
    settled: str,
    notice: str,
) -> None:
    """The job `settle` finishes what accept left, or undoes it if it fails a check."""
    before = live_version()
    if faulty:
        commit_fault(connected.repository, HOST)
    with killed("accept", connected.folder) as processes:
        run = connected.run("cd.yml", "push", PUSH, **SHORT_LEASE)
    assert processes
    assert results(run) == {**FAILED, "settle": settled}, run.log
    assert history("staging")[0].state == state
    assert notice in reported(connected)[0]
    assert (live_version() == before) is faulty
