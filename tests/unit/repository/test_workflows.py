"""Tests that workflows call make targets only, pin actions and give a reason for each permission."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from unit.repository.identities import jobs
from unit.repository.project import ROOT, WORKFLOWS, pipeline, steps, targets, targets_in, workflow

NAMES = sorted(path.name for path in WORKFLOWS.glob("*.yml"))
ALL = {name: workflow(name) for name in NAMES}
FILES = sorted((ROOT / ".github").rglob("*.yml"))
BIN = Path(sys.executable).parent
WEBHOOK = "NOTIFY_WEBHOOK_URL"
APP_KEY = "MODEL_APP_PRIVATE_KEY"
# The stages that notify people, at night the ones before a release too.
NOTIFYING = {"update", *pipeline(), "promote", "settle", "rollback", "resume"} - {"lint", "test-unit"}


def zizmor(directory: Path) -> subprocess.CompletedProcess[str]:
    """Audit the workflows of a directory, without network."""
    return run("zizmor", "--offline", "--no-progress", "-q", "--format", "plain", str(directory))


def actionlint(*paths: str) -> subprocess.CompletedProcess[str]:
    """Check the syntax of workflows, with the same result whether or not shellcheck is installed."""
    return run("actionlint", "-shellcheck=", "-pyflakes=", *paths)


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of the virtual environment in the root of the checkout."""
    return subprocess.run(
        [str(BIN / argv[0]), *argv[1:]], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def test_actionlint_reports_nothing() -> None:
    """Every workflow is valid."""
    assert actionlint().stdout == ""


def test_actionlint_refuses_a_job_that_needs_an_unknown_job(tmp_path: Path) -> None:
    """A misspelt `needs` is reported."""
    broken = tmp_path / "broken.yml"
    broken.write_text((WORKFLOWS / "ci.yml").read_text().replace("needs: code", "needs: cod"))
    assert '"cod" which does not exist' in actionlint(str(broken)).stdout


def test_zizmor_reports_nothing() -> None:
    """The audit finds no known weakness."""
    done = zizmor(ROOT / ".github")
    assert done.returncode == 0, done.stdout


def test_zizmor_refuses_an_action_that_is_not_pinned(tmp_path: Path) -> None:
    """An action with a tag instead of a SHA is reported."""
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    path = tmp_path / ".github" / "workflows" / "ci.yml"
    path.write_text(re.sub(r"checkout@\w{40} # v\S+", "checkout@v7", path.read_text()))
    done = zizmor(tmp_path / ".github")
    assert done.returncode != 0
    assert "unpinned-uses" in done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_every_run_step_is_one_make_command(name: str) -> None:
    """Each command of CI can be run on a laptop."""
    for step in steps(name):
        if "run" in step:
            assert step["run"].startswith("make ")
            assert "\n" not in step["run"].strip()
            assert set(targets_in(step["run"])) <= targets()


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_grants_permissions_to_jobs_only(name: str) -> None:
    """The permissions of a whole workflow are empty."""
    assert workflow(name)["permissions"] == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_permission_has_a_reason(path: Path) -> None:
    """Each granted permission is followed by a comment with its reason."""
    granted = re.findall(r"^ +(?:contents|id-token|[a-z-]+): (?:read|write)\b.*$", path.read_text(), re.M)
    assert [line for line in granted if not re.search(r" # \w+ \w+", line)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_action_is_pinned_with_its_version(path: Path) -> None:
    """Each action is pinned by SHA, followed by a comment with its version."""
    remote = re.findall(r"uses: (?!\./)(.*)", path.read_text())
    assert [use for use in remote if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d[\d.]*", use)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_job_has_a_deadline(name: str) -> None:
    """A job that hangs is cancelled; the jobs of a called workflow have deadlines of their own."""
    jobs = workflow(name)["jobs"].items()
    assert [name for name, job in jobs if "uses" not in job and "timeout-minutes" not in job] == []


def test_a_release_to_production_records_its_reviewers() -> None:
    """The job runs in the environment `production`; `make promote` may read who approved the run."""
    job = workflow("promote.yml")["jobs"]["production"]
    first, _kit = [step for step in job["steps"] if "run" in step]
    assert job["environment"] == "production"
    assert first["run"] == "make promote ENV=production"
    assert first["env"]["GITHUB_TOKEN"] == "${{ github.token }}"
    assert job["permissions"]["actions"] == "read"


def test_the_required_check_of_the_page_needs_every_other_job_of_ci() -> None:
    """A branch rule names it; a filter of the event, or an `if` of another job, would leave one out."""
    page = (ROOT / "docs" / "how-to" / "new-model.md").read_text()
    named = re.findall(r"Require the check `(\w+)` in the branch rule", page)
    jobs = workflow("ci.yml")["jobs"]
    required = jobs.pop("required")
    assert named == ["required"]
    assert required["needs"] == list(jobs)
    assert required["if"] == "always()"
    assert "alls-green" in required["steps"][0]["uses"]
    assert [name for name, job in jobs.items() if "if" in job or "name" in job] == []
    assert workflow("ci.yml")[True] == {"pull_request": None}


def test_only_steps_that_notify_have_the_webhook_and_only_one_has_the_key_of_the_app() -> None:
    """Jobs sign in to Azure with the run's OIDC identity; a step that reads a secret does nothing else."""
    used = {
        (path.name, use)
        for path in FILES
        for use in re.findall(r"\bsecrets\b\s*[.\[]\s*([\w']+)", path.read_text())
    }
    assert {use for _, use in used} == {WEBHOOK, APP_KEY}
    for name in NAMES:
        for job in workflow(name)["jobs"].values():
            read = [step for step in job.get("steps", []) if "secrets" in repr(step)]
            notifying = [step for step in read if "run" in step]
            assert [step["env"][WEBHOOK] for step in notifying] == [f"${{{{ secrets.{WEBHOOK} }}}}"] * len(
                notifying
            )
            assert {stage for step in notifying for stage in targets_in(step["run"])} <= NOTIFYING
            others = [step for step in read if "run" not in step]
            assert [step["with"]["private-key"] for step in others] == [
                f"${{{{ secrets.{APP_KEY} }}}}" for _ in others
            ]
            assert all(step["uses"].startswith("actions/create-github-app-token@") for step in others)
            outside = {key: value for key, value in job.items() if key not in ("steps", "secrets")}
            assert "secrets" not in repr(outside)
    assert [name for name, use in sorted(used) if use == APP_KEY] == ["model.yml"]


@pytest.mark.parametrize("name", NAMES)
def test_a_job_that_asks_the_live_address_has_the_host_of_its_environment(name: str) -> None:
    """HOST is set on the job: a whole workflow has no access to the variables of a GitHub environment.

    A local cloud that the job starts itself has hosts of its own.
    """
    assert "HOST" not in workflow(name).get("env", {})
    for job in jobs(ALL):
        called = [target for step in job.steps for target in targets_in(step.get("run", "make"))]
        releases = {"deploy", "accept", "promote", "settle", "rollback", "resume"} & set(called)
        if job.workflow == name and releases and not job.own_cloud:
            assert job.body["env"]["HOST"] == "${{ vars.HOST }}"
