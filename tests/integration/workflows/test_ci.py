"""The workflow of a pull request."""

from __future__ import annotations

from pathlib import Path

from integration.workflows.act import WorkflowRunner
from integration.workflows.conftest import git
from seatrial.settings import Settings

BROKEN = '''"""A failing test."""


def test_broken() -> None:
    """Fails."""
    assert len("") == 1
'''


def pull_request(*, fork: bool) -> dict[str, object]:
    """Return the event of a pull request, from a fork or not."""
    return {"number": 7, "pull_request": {"number": 7, "head": {"ref": "change", "repo": {"fork": fork}}}}


def test_a_pull_request_from_a_fork_is_tested_with_the_example_model(
    runner: WorkflowRunner, settings: Settings
) -> None:
    """A pull request from a fork, without variables and secrets, has its code and image tested."""
    runner.variables = {"STORE": "az://not-for-forks/models", "AZURE_PR_CLIENT_ID": "not-for-forks"}
    run = runner.run(
        "ci.yml", "pull_request", pull_request(fork=True), SEATRIAL_IMAGE__BASE=settings.image.base
    )
    assert run.jobs == {"code": "success", "image": "success", "required": "success"}, run.log
    assert "check: " in run.log
    assert "push: " not in run.log


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
