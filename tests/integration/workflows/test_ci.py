"""The workflow of a pull request."""

from __future__ import annotations

from pathlib import Path

import pytest

from integration.workflows.act import WorkflowRunner
from integration.workflows.conftest import git
from localcloud import engine
from seatrial.settings import Settings

BROKEN = '''"""A failing test."""


def test_broken() -> None:
    """Fails."""
    assert len("") == 1
'''


def pull_request(*, fork: bool) -> dict[str, object]:
    """Return the event of a pull request, from a fork or not."""
    return {"number": 7, "pull_request": {"number": 7, "head": {"ref": "change", "repo": {"fork": fork}}}}


# What the repository of a project that releases has; a fork has none of it.
FOREIGN = {"STORE": "az://not-for-forks/models", "AZURE_PR_CLIENT_ID": "not-for-forks"}
JOB_SECONDS = 2400
JUNIT = "reports/junit/test-release.xml"
ROLLBACK = "src/seatrial/stages/rollback.py"
# A rollback of an accepted release that reports success and leaves users where they are: (right, wrong) code.
STAYS = (
    "    return _return_to_previous(target, stable, why)\n\n\ndef _undo_unfinished",
    '    return _stay(target, stable, stable.release if stable else "")\n\n\ndef _undo_unfinished',
)


def test_a_pull_request_from_a_fork_is_tested_with_the_example_model(
    runner: WorkflowRunner, settings: Settings
) -> None:
    """A pull request from a fork, without variables and secrets, has its code and image tested."""
    runner.variables = FOREIGN
    base = {"SEATRIAL_IMAGE__BASE": settings.image.base}
    run = runner.run("ci.yml", "pull_request", pull_request(fork=True), job="image", **base)
    assert run.jobs == {"code": "success", "image": "success"}, run.log
    assert "check: " in run.log
    assert "push: " not in run.log


@pytest.mark.long
@pytest.mark.timeout(JOB_SECONDS + 60)
def test_a_pull_request_from_a_fork_is_released_to_a_cluster_of_the_runner(
    runner: WorkflowRunner, settings: Settings
) -> None:
    """All jobs pass without a secret: the release serves, is accepted and rolled back; nothing is left."""
    runner.variables = FOREIGN
    base = {"SEATRIAL_IMAGE__BASE": settings.image.base}
    run = runner.run("ci.yml", "pull_request", pull_request(fork=True), seconds=JOB_SECONDS, **base)
    assert run.jobs == dict.fromkeys(("code", "image", "integration", "release", "required"), "success"), (
        run.log
    )
    assert "accept: local-1 is stable" in run.log
    assert [call for call in runner.calls.splitlines() if not call.startswith("cache ")] == []
    release = kept(runner, "release")
    assert "test_users_see_no_failure_during_a_rollback" in (release / JUNIT).read_text()
    logs = release / ".seatrial/ci/logs/cluster"
    assert "deployment/classifier" in (logs / "events.txt").read_text()
    assert list(logs.glob("pods/trial_classifier-*/classifier/0.log"))
    assert containers_of(runner) == []


@pytest.mark.long
@pytest.mark.timeout(JOB_SECONDS + 60)
def test_a_pull_request_whose_rollback_does_nothing_is_red(runner: WorkflowRunner) -> None:
    """The rollback test alone notices it; its line is annotated, and the logs of the cluster are kept."""
    file = runner.repository / ROLLBACK
    right, wrong = STAYS
    assert right in file.read_text()
    file.write_text(file.read_text().replace(right, wrong))
    commit(runner.repository)
    event = pull_request(fork=True)
    run = runner.run("ci.yml", "pull_request", event, job="release", seconds=JOB_SECONDS)
    assert run.jobs == {"code": "success", "release": "failure"}, run.log
    assert "accept: local-1 is stable" in run.log
    assert "1 failed, 1 passed" in run.log
    assert "file=tests/e2e/release/test_release.py" in run.log
    assert (kept(runner, "release") / ".seatrial/ci/logs/cluster/events.txt").is_file()
    assert containers_of(runner) == []


def kept(runner: WorkflowRunner, name: str) -> Path:
    """Return the artefact that a job uploaded."""
    (found,) = (runner.folder / "artifacts").glob(f"*/{name}")
    return found


def containers_of(runner: WorkflowRunner) -> list[str]:
    """Return the containers, running or not, of the local clouds that the runs started."""
    every = engine.client().containers.list(all=True, filters={"label": "seatrial.workspace"})
    own = [each for each in every if str(runner.folder) in each.labels["seatrial.workspace"]]
    return [str(each.name) for each in own]


def test_a_pull_request_with_a_failing_test_builds_no_image(runner: WorkflowRunner) -> None:
    """A failing unit test ends the run before an image is built."""
    broken = runner.repository / "tests/unit/test_broken.py"
    broken.write_text(BROKEN)
    commit(runner.repository)
    run = runner.run("ci.yml", "pull_request", pull_request(fork=False))
    assert run.jobs.get("code") == "failure", run.log
    assert run.jobs.get("image") != "success"
    assert run.jobs.get("required") == "failure"
    assert "file=tests/unit/test_broken.py" in run.log, run.log
    assert list(runner.folder.glob("artifacts/*/code/**/test-unit.xml"))
    assert "FAILED tests/unit/test_broken.py::test_broken" in run.log
    assert "build: " not in run.log


def commit(repository: Path) -> None:
    """Commit all changes in the repository."""
    git("-C", str(repository), "add", "--all")
    git("-C", str(repository), "commit", "-q", "-m", "a change")
