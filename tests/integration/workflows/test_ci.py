"""The pull request's workflow, executed."""

from __future__ import annotations

from pathlib import Path

from integration.workflows.act import Runner
from integration.workflows.conftest import git
from seatrial.settings import Settings

BROKEN = '''"""Broken on purpose."""


def test_broken() -> None:
    """Never holds."""
    assert len("") == 1
'''


def pull_request(*, fork: bool) -> dict[str, object]:
    """The event of a pull request, from a fork or not."""
    return {"number": 7, "pull_request": {"number": 7, "head": {"ref": "change", "repo": {"fork": fork}}}}


def test_a_pull_request_from_a_fork_is_judged_on_the_example_model(
    runner: Runner, settings: Settings
) -> None:
    """A fork, which sees neither variables' store nor secrets, gets code and image tested all the same."""
    runner.variables = {"STORE": "az://not-for-forks/models"}
    run = runner.run(
        "ci.yml", "pull_request", pull_request(fork=True), SEATRIAL_IMAGE__BASE=settings.image.base
    )
    assert run.jobs == {"code": "success", "image": "success"}, run.log
    assert "check: " in run.log
    assert "push: " not in run.log


def test_a_pull_request_that_breaks_a_promise_fails_and_packs_nothing(runner: Runner) -> None:
    """A failing unit test ends the run before an image is thought of."""
    broken = runner.repository / "tests/unit/test_broken.py"
    broken.write_text(BROKEN)
    commit(runner.repository)
    run = runner.run("ci.yml", "pull_request", pull_request(fork=False))
    assert run.jobs.get("code") == "failure", run.log
    assert run.jobs.get("image") != "success"
    assert "FAILED tests/unit/test_broken.py::test_broken" in run.log
    assert "build: " not in run.log


def commit(repository: Path) -> None:
    """Commit what was changed in the repository."""
    git("-C", str(repository), "add", "--all")
    git("-C", str(repository), "commit", "-q", "-m", "a change")
