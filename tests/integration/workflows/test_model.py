"""The workflow that proposes a newer model, on a repository of this machine; without Docker and cluster."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from colours import write_model
from git_hooks import RACE, install_hook
from github_cli import GitHubState
from integration.workflows.act import WorkflowRun, WorkflowRunner
from integration.workflows.conftest import git, git_output
from samples import lock_to, make_settings, write_golden
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace

NIGHT: dict[str, object] = {"schedule": "17 1 * * *", "repository": {"default_branch": "main"}}
STORE_EVENT: dict[str, object] = {"action": "model-published", "repository": {"default_branch": "main"}}
AZURE = {"AZURE_CLIENT_ID": "client", "AZURE_TENANT_ID": "tenant", "AZURE_SUBSCRIPTION_ID": "subscription"}
APP = {"MODEL_APP_CLIENT_ID": "app"}
BRANCH = "model/colours-1.1.0"
PROPOSED = {"update": "success", "propose": "success"}


class ModelRepository:
    """A repository whose main ships version 1.0.0 of a small model, its store, and the runner."""

    def __init__(self, runner: WorkflowRunner, folder: Path) -> None:
        self.runner = runner
        self.folder = folder
        self.origin = folder / "origin.git"
        self.settings: Settings = make_settings(url=(folder / "store").as_uri())
        self.workspace = Workspace(runner.repository)
        runner.environment = {
            **runner.environment,
            "SEATRIAL_CACHE": str(folder / "cache"),
        }
        runner.variables = {**runner.variables, "STORE": self.settings.store.url}

    @property
    def github(self) -> GitHubState:
        """What the stand-in for gh has recorded."""
        return GitHubState(self.runner.folder / "calls.json")

    def publish(self, version: str, labels: tuple[str, ...] = ("red", "green", "blue")) -> None:
        """Publish a version of the model; other labels give wrong predictions."""
        write_model(self.folder / f"model-{version}", labels, version)
        publish(self.settings, self.workspace, model=self.folder / f"model-{version}")

    def start(self) -> None:
        """Publish version 1.0.0 with a golden set, and commit the lock to main."""
        write_model(self.folder / "model")
        write_golden(self.folder / "golden")
        done = publish(
            self.settings, self.workspace, model=self.folder / "model", golden=self.folder / "golden"
        )
        assert done.model
        assert done.golden
        lock_to(self.workspace, done.model, done.golden)
        git("-C", str(self.workspace.root), "commit", "-q", "-am", "Ship 1.0.0")
        git("-C", str(self.workspace.root), "branch", "-M", "main")
        git("clone", "-q", "--bare", str(self.workspace.root), str(self.origin))

    def run(self, event: str = "schedule", payload: dict[str, object] = NIGHT, **more: str) -> WorkflowRun:
        """Run the workflow."""
        more = {"STANDIN_REPOSITORY": str(self.origin), **more}
        return self.runner.run("model.yml", event, payload, **more)

    def changed(self, revision: str) -> list[str]:
        """Return subject and files of a commit of the repository."""
        return git_output(self.origin, "show", "--name-only", "--format=%s", revision).split()


@pytest.fixture
def models(runner: WorkflowRunner, tmp_path: Path) -> ModelRepository:
    """The repository, with version 1.0.0 in main."""
    repository = ModelRepository(runner, tmp_path)
    repository.start()
    return repository


def test_a_newer_model_becomes_a_pull_request_and_a_second_run_renews_it(models: ModelRepository) -> None:
    """Only model.lock changes; the job that runs the model signs in, the one that pushes does not."""
    models.publish("1.1.0")
    models.runner.variables = {**models.runner.variables, **AZURE, **APP}
    run = models.run()
    assert run.jobs == PROPOSED, run.log
    (pull,) = models.github.pulls
    assert (pull["headRefName"], pull["title"]) == (BRANCH, "Ship model colours 1.1.0")
    assert "golden: red.png" in pull["body"]
    assert "-dirty" not in pull["body"]
    assert models.changed(BRANCH)[-1] == "model.lock"
    assert models.changed(BRANCH)[:2] == ["Ship", "model"]
    calls = models.runner.calls.splitlines()
    app = "app app contents=write pull-requests=write"
    assert [call for call in calls if not call.startswith("gh")] == ["login client tenant subscription", app]
    commit = git_output(models.origin, "rev-parse", BRANCH)
    again = models.run("repository_dispatch", STORE_EVENT)
    assert again.jobs == PROPOSED, again.log
    assert "renewed" in again.log
    assert len(models.github.pulls) == 1
    assert git_output(models.origin, "rev-parse", BRANCH) == commit


def test_a_store_in_s3_is_signed_in_to_with_the_role(models: ModelRepository) -> None:
    """The URL of the store decides; S3 itself is not there, so the job ends with the store's error."""
    models.runner.variables = {"STORE": "s3://bucket/models", "AWS_ROLE": "role", "AWS_REGION": "eu-west-1"}
    run = models.run(SEATRIAL_STORE__ENDPOINT="http://127.0.0.1:9")
    assert run.jobs["update"] == "failure", run.log
    assert models.runner.calls.splitlines()[0] == "aws role eu-west-1 masked=true"
    assert "login" not in models.runner.calls
    assert "s3://bucket/models" in run.log


@pytest.mark.parametrize(("app", "state"), [({}, "action_required"), (APP, "queued")])
def test_ci_of_the_pull_request_is_started_by_an_app_or_approved_by_a_person(
    models: ModelRepository, app: dict[str, str], state: str
) -> None:
    """Either way it is a run of the event `pull_request` on the branch's head, which a branch rule counts."""
    models.publish("1.1.0")
    models.runner.variables = {**models.runner.variables, **app}
    run = models.run()
    assert run.jobs == PROPOSED, run.log
    commit = git_output(models.origin, "rev-parse", BRANCH)
    assert models.github.runs == [
        {"workflow": "ci.yml", "event": "pull_request", "sha": commit, "state": state}
    ]


def test_the_required_check_runs_on_the_branch_of_the_model(models: ModelRepository) -> None:
    """The job `code` of `ci` passes on the commit that `propose` wrote; `image` needs a container engine."""
    models.publish("1.1.0")
    run = models.run()
    assert run.jobs == PROPOSED, run.log
    (started,) = models.github.runs
    head = {"ref": BRANCH, "sha": started["sha"], "repo": {"fork": False}}
    payload: dict[str, object] = {"number": 1, "pull_request": {"number": 1, "head": head}}
    checks = {"STANDIN_REPOSITORY": str(models.origin), "STANDIN_REF": started["sha"]}
    run = models.runner.run(started["workflow"], started["event"], payload, job="code", **checks)
    assert run.jobs == {"code": "success"}, run.log


def test_a_refused_model_is_a_red_run_and_an_issue_with_the_reason(models: ModelRepository) -> None:
    """A model with wrong labels has no branch; a second night is a comment on the same issue."""
    models.publish("1.1.0", ("green", "red", "blue"))
    for _ in range(2):
        run = models.run()
        assert run.jobs["update"] == "failure", run.log
        assert run.jobs["issue"] == "success", run.log
        assert run.jobs.get("propose") != "success"
    (issue,) = models.github.issues
    assert issue["title"] == "The newest model needs attention"
    assert len(issue["comments"]) == 2
    assert "refused (10): model colours 1.1.0 failed " in issue["comments"][0]
    assert models.github.pulls == []
    assert git_output(models.origin, "branch", "--list", "model/*") == ""


def test_a_current_model_ends_green_and_changes_nothing(models: ModelRepository) -> None:
    """There is no pull request, branch or commit."""
    before = git_output(models.origin, "for-each-ref")
    run = models.run("workflow_dispatch", {"ref": "refs/heads/main"})
    assert run.jobs == PROPOSED, run.log
    assert models.github.pulls == []
    assert git_output(models.origin, "for-each-ref") == before


def test_with_follow_the_model_is_committed_on_the_newest_main(models: ModelRepository) -> None:
    """A push that was faster is kept below it; there is no pull request."""
    models.publish("1.1.0")
    other = models.folder / "other"
    git("clone", "-q", str(models.origin), str(other))
    git("-C", str(other), "commit", "-q", "--allow-empty", "-m", "Another change")
    git("-C", str(other), "push", "-q", "origin", "HEAD:refs/heads/racing")
    install_hook(models.origin, RACE)
    run = models.run(SEATRIAL_MODEL__FOLLOW="true")
    assert run.jobs == PROPOSED, run.log
    subjects = git_output(models.origin, "log", "--format=%s", "-2", "main").splitlines()
    assert subjects == ["Ship model colours 1.1.0", "Another change"]
    assert models.changed("main")[-1] == "model.lock"
    assert models.github.pulls == []


def test_a_published_model_that_was_damaged_is_never_proposed(models: ModelRepository) -> None:
    """A store that is broken is red too, with an issue."""
    models.publish("1.1.0")
    shutil.rmtree(models.folder / "store" / "models" / "colours" / "1.1.0")
    run = models.run()
    assert (run.jobs["update"], run.jobs["issue"]) == ("failure", "success"), run.log
    assert "has no model colours 1.1.0" in models.github.issues[0]["comments"][0]
