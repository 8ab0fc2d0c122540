"""A night on the local cloud: a published model becomes a pull request, and once merged a release."""

from __future__ import annotations

import json
import os
import shutil
import uuid
import zipfile
from pathlib import Path

import pytest

from github_cli import GitHubState
from integration.workflows.act import WorkflowRun, WorkflowRunner
from integration.workflows.conftest import ROOT, git, git_output
from integration.workflows.test_release import NIGHT, SHORT_PRODUCTION, History, LiveVersion
from samples import reseal
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace

# It has two runs, the second of them a whole release.
pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]


class Night:
    """A repository whose main ships the example model from a part of the instance's store of its own."""

    def __init__(self, runner: WorkflowRunner, settings: Settings, folder: Path) -> None:
        self.runner, self.folder, self.origin = runner, folder, folder / "origin.git"
        url = f"{settings.store.url}/night-{uuid.uuid4().hex[:8]}"
        self.settings = settings.model_copy(update={"store": settings.store.model_copy(update={"url": url})})
        self.workspace = Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "test"))
        self.example = self.workspace.directory / "example"
        runner.variables = {**runner.variables, "STORE": url}

    @property
    def github(self) -> GitHubState:
        """What the stand-in for gh has recorded."""
        return GitHubState(self.runner.folder / "calls.json")

    def start(self) -> None:
        """Publish what main's lock names, and make the repository that the jobs check out and push to."""
        example = self.example
        sets = {"golden": example / "golden", "evaluation": example / "evaluation"}
        publish(self.settings, self.workspace, model=example / "model", **sets)
        git("-C", str(self.runner.repository), "branch", "-M", "main")
        git("clone", "-q", "--bare", str(self.runner.repository), str(self.origin))

    def publish(self, version: str) -> None:
        """Publish the example model as a version of its own."""
        shutil.copytree(self.example / "model", self.folder / version)
        reseal(self.folder / version, version=version)
        publish(self.settings, self.workspace, model=self.folder / version)

    def merge(self, branch: str) -> str:
        """Merge the branch of a pull request into main, and return main's commit."""
        git("-C", str(self.origin), "update-ref", "refs/heads/main", f"refs/heads/{branch}")
        return git_output(self.origin, "rev-parse", "main")

    def run(self, workflow: str, **more: str) -> WorkflowRun:
        """Run a workflow as its schedule does."""
        return self.runner.run(workflow, "schedule", NIGHT, STANDIN_REPOSITORY=str(self.origin), **more)

    def kit(self, name: str) -> dict[str, str]:
        """Return what the kit expects that the last run has as an artefact."""
        path = self.folder / "artifacts" / str(self.runner.github.number) / name / "qa-kit.zip"
        with zipfile.ZipFile(path) as archive:
            return dict(json.loads(archive.read("qa-kit/kit.json"))["expect"])


@pytest.fixture
def night(connected: WorkflowRunner, settings: Settings, tmp_path: Path) -> Night:
    """The repository and its store, with version 1.0.0."""
    found = Night(connected, settings, tmp_path)
    found.start()
    return found


def test_a_published_model_is_in_production_after_a_night(
    night: Night, history: History, live_version: LiveVersion
) -> None:
    """The merge of its pull request is released to staging, and promoted once a reviewer approves."""
    night.publish("1.1.0")
    run = night.run("model.yml")
    assert run.jobs == {"update": "success", "propose": "success"}, run.log
    (pull,) = night.github.pulls
    commit = night.merge(pull["headRefName"])
    night.runner.approve(("octocat", "production"))
    run = night.run("nightly.yml", **SHORT_PRODUCTION)
    succeeded = {job for job, result in run.jobs.items() if result == "success"}
    assert {"image", "release", "production"} <= succeeded, run.log
    assert live_version()["model"]["version"] == "1.1.0"
    last = history("production")[0]
    assert (last.state, last.model.version, last.revision) == ("stable", "1.1.0", commit)
    assert last.approved_by.startswith("octocat (review verified with GitHub")
    expected = {"image": last.reference.digest, "model": last.model.digest}
    assert (night.kit("qa-kit"), night.kit("qa-kit-production")) == (expected, expected)
