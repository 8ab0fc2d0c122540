"""The pipelines of models and of the heartbeat, run by a stand-in for Azure Pipelines; without Docker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from azure_builds import REPOSITORY, AzureBuildsStandIn, build, pipeline, serving_azure_builds
from azure_repos import TOKEN, AzureReposStandIn, serving_azure_repos
from integration.workflows.act import WorkflowRunner
from integration.workflows.azure_agent import AzureAgent
from integration.workflows.conftest import git, git_output
from integration.workflows.test_model import BRANCH, ModelRepository
from unit.repository.azure_pipelines import FOLDER
from unit.seatrial.webhook_server import Webhook, serving_webhook

MODEL = FOLDER / "model.yml"
PROPOSED = {"update": "Succeeded", "propose": "Succeeded"}


@dataclass(frozen=True)
class AzureModels:
    """A repository in Azure Repos whose main ships version 1.0.0 of a small model, and an agent."""

    models: ModelRepository
    azure: AzureReposStandIn
    agent: AzureAgent
    webhook: Webhook


@pytest.fixture
def project(runner: WorkflowRunner, tmp_path: Path) -> Iterator[AzureModels]:
    """The repository; git reaches it in its directory, under the address of the stand-in."""
    models = ModelRepository(runner, tmp_path)
    models.start()
    with serving_azure_repos(models.origin) as azure, serving_webhook() as webhook:
        config = tmp_path / "gitconfig"
        git("config", "--file", str(config), f"url.{models.origin}.insteadOf", azure.address)
        environment = {
            **runner.environment,
            "GIT_CONFIG_GLOBAL": str(config),
            "SYSTEM_COLLECTIONURI": azure.environ["SYSTEM_COLLECTIONURI"],
            "STANDIN_CALLS": str(tmp_path / "calls"),
        }
        groups = {"seatrial": {"STORE": models.settings.store.url}}
        secrets = {"System.AccessToken": TOKEN, "NOTIFY_WEBHOOK_URL": webhook.url}
        agent = AzureAgent(azure.address, runner.venv, tmp_path / "agent", environment, groups, secrets)
        agent.folder.mkdir()
        yield AzureModels(models, azure, agent, webhook)


def test_a_newer_model_becomes_a_pull_request_and_a_second_run_renews_it(project: AzureModels) -> None:
    """Only model.lock changes; the job that runs the model keeps its report and has no token."""
    project.models.publish("1.1.0")
    assert project.agent.run(MODEL) == PROPOSED, project.agent.log
    assert project.agent.scripts == ["make update", "make setup", "make propose"]
    (pull,) = project.azure.pulls
    assert pull["title"] == "Ship model colours 1.1.0"
    assert "golden: red.png" in pull["description"]
    assert project.models.changed(BRANCH)[-1] == "model.lock"
    assert git_output(project.models.origin, "log", "-1", "--format=%an", BRANCH) == "Azure Pipelines"
    assert project.azure.authorizations == {f"Bearer {TOKEN}"}
    assert list(project.agent.artifact("report-1-1").rglob("*.md"))
    commit = git_output(project.models.origin, "rev-parse", BRANCH)
    assert project.agent.run(MODEL, "Schedule") == PROPOSED, project.agent.log
    assert "renewed" in project.agent.log
    assert len(project.azure.pulls) == 1
    assert git_output(project.models.origin, "rev-parse", BRANCH) == commit


def test_a_refused_model_is_a_red_run_and_a_notice(project: AzureModels) -> None:
    """Nothing is proposed; the webhook and the page of the run have the reason, the artefact the report."""
    project.models.publish("1.1.0", ("green", "red", "blue"))
    assert project.agent.run(MODEL, "Schedule") == {"update": "Failed", "propose": "Skipped"}, (
        project.agent.log
    )
    assert "##vso[task.logissue type=error]refused (10): model colours 1.1.0 failed " in project.agent.log
    (notice,) = project.webhook.bodies
    assert "users are not affected" in json.dumps(notice)
    assert project.azure.pulls == []
    assert list(project.agent.artifact("report-1-1").rglob("*.md"))


def test_another_branch_proposes_nothing(project: AzureModels) -> None:
    """A manual run of a branch is skipped, with all that follows."""
    project.models.publish("1.1.0")
    assert project.agent.run(MODEL, branch="feature") == {"update": "Skipped", "propose": "Skipped"}
    assert project.agent.scripts == []


@pytest.mark.parametrize(("hours", "result"), [(30, "Succeeded"), (40, "Failed")])
def test_the_heartbeat_is_red_while_the_last_night_is_too_old(
    project: AzureModels, hours: int, result: str
) -> None:
    """The webhook is notified of the stop, and of nothing else."""
    with serving_azure_builds() as builds:
        project.agent.environment = {
            **project.agent.environment,
            **{name: value for name, value in builds.environ.items() if "TOKEN" not in name},
        }
        write_night(builds, hours)
        assert project.agent.run(FOLDER / "heartbeat.yml") == {"nightly": result}, project.agent.log
    assert bool(project.webhook.bodies) == (result == "Failed")


def write_night(builds: AzureBuildsStandIn, hours: int) -> None:
    """Let the last night have begun so many hours ago."""
    began = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
    builds.pipelines = [pipeline(7, began, repository={"id": REPOSITORY, "name": "classifier"})]
    builds.builds = {7: [build(began, "schedule")]}
