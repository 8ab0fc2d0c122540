"""make infra-azure-devops in a checkout after infra-up, with a stand-in for the REST API of a project."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from subprocess import CompletedProcess

import pytest

from azure_project_api import REPOSITORY_ID, AzureProjectStandIn, serving_azure_project
from git_command import git
from infra_checkout import recorded
from seatrial.infra_outputs.azure_plan import pipelines_of, variables_of
from seatrial.infra_outputs.state import Outputs
from unit.repository.azure_pipelines import PIPELINES, jobs, pipeline
from unit.repository.azure_rules import PAGE
from unit.repository.project import ROOT, table_under
from unit.seatrial.infra_outputs.conftest import FastCheckout

GROUPS = {
    "seatrial": {"STORE", "REGISTRY"},
    "seatrial-staging": {"KUBECONTEXT", "AKS_CLUSTER", "AKS_RESOURCE_GROUP", "HOST"},
    "seatrial-production": {"KUBECONTEXT", "AKS_CLUSTER", "AKS_RESOURCE_GROUP", "HOST"},
}
MAIN = "refs/heads/main"


@dataclass(frozen=True)
class Project:
    """The project, and the checkout of its repository."""

    azure: AzureProjectStandIn
    checkout: FastCheckout

    def set_up(self, *words: str) -> CompletedProcess[str]:
        """Run the command as a person with a personal access token."""
        return self.checkout.seatrial("infra-azure-devops", *words, AZURE_DEVOPS_EXT_PAT="pat")

    def checks(self) -> dict[str, list[str]]:
        """Return the checks of each environment: the branches that may use it, and `lock`."""
        found = {str(each["id"]): list[str]() for each in self.azure.environments}
        for check in self.azure.checks:
            inputs = check["settings"].get("inputs", {})
            found[check["resource"]["id"]].append(inputs.get("allowedBranches", "lock"))
        return {each["name"]: found[str(each["id"])] for each in self.azure.environments}


@pytest.fixture
def project(checkout: FastCheckout) -> Iterator[Project]:
    """An empty project whose repository has two pipelines."""
    (checkout.root / ".azure-pipelines").mkdir()
    (checkout.root / ".azure-pipelines" / "model.yml").write_text("trigger: none\n")
    with serving_azure_project() as azure:
        git(checkout.root, "remote", "set-url", "origin", azure.remote)
        yield Project(azure, checkout)


def test_everything_that_infra_created_is_set_and_a_second_run_sets_nothing(project: Project) -> None:
    """Variable groups, environments with their checks, pipelines; nobody types a variable."""
    done = project.set_up()
    assert (done.returncode, "in all" in done.stderr) == (0, True), done.stderr
    assert {each["name"]: set(each["variables"]) for each in project.azure.groups} == GROUPS
    given = recorded()["variables"]
    staging = next(each for each in project.azure.groups if each["name"] == "seatrial-staging")["variables"]
    assert staging["HOST"]["value"] == given["environments"]["staging"]["HOST"]
    assert staging["AKS_CLUSTER"]["value"] == given["repository"]["AKS_CLUSTER"]
    assert project.checks() == {
        "model": [MAIN, "lock"],
        "production": [MAIN, "lock"],
        "production-recovery": [MAIN],
        "staging": [MAIN, "lock"],
        "staging-recovery": [MAIN],
    }
    assert [each["name"] for each in project.azure.pipelines] == ["seatrial", "seatrial-model"]
    configuration = project.azure.pipelines[1]["configuration"]
    assert (configuration["path"], configuration["repository"]["id"]) == (
        "/.azure-pipelines/model.yml",
        REPOSITORY_ID,
    )
    before = len(project.azure.changes)
    assert "0 were set" in project.set_up().stderr
    assert len(project.azure.changes) == before


def test_a_preview_shows_and_sets_nothing(project: Project) -> None:
    """The table has the variable, its group and its value; the lines what a person does."""
    done = project.set_up("--dry-run")
    assert (done.returncode, project.azure.changes) == (0, [])
    assert recorded()["variables"]["repository"]["STORE"] in done.stdout
    assert "approvals of the environment production" in done.stderr


def test_the_lines_that_bootstrap_needs_are_written(project: Project) -> None:
    """Deployers, store and context: the same lines as for GitHub; a preview shows them and writes none."""
    before = project.checkout.settings
    assert f'+deployers = ["{recorded()["deployers"]["staging"][0]}' in project.set_up("--dry-run").stdout
    assert project.checkout.settings == before
    assert project.set_up().returncode == 0
    found = tomllib.loads(project.checkout.settings)
    assert found["store"]["url"] == recorded()["settings"]["store.url"]
    assert found["environments"]["staging"]["deployers"] == sorted(recorded()["deployers"]["staging"])


def test_what_a_person_added_to_a_group_stays(project: Project) -> None:
    """A secret keeps its value, which no answer has; a changed value is set."""
    webhook = {"value": "https://hooks.test/secret", "isSecret": True}
    own = {"NOTIFY_WEBHOOK_URL": webhook, "STORE": {"value": "az://old/container/models"}}
    project.azure.groups.append({"id": 1, "name": "seatrial", "type": "Vsts", "variables": own})
    assert project.set_up().returncode == 0
    variables = project.azure.groups[0]["variables"]
    assert variables["NOTIFY_WEBHOOK_URL"] == webhook
    assert variables["STORE"]["value"] == recorded()["variables"]["repository"]["STORE"]


def test_an_environment_that_other_branches_may_use_is_refused_and_left(project: Project) -> None:
    """A person's check is not replaced; all else is set."""
    inputs = {"allowedBranches": "refs/heads/*"}
    control = {"definitionRef": {"id": "86B05A0C-73E6-4F7D-B3CF-E38F3B39A75B"}, "inputs": inputs}
    project.azure.environments.append({"id": 1, "name": "staging"})
    resource = {"type": "environment", "id": "1"}
    project.azure.checks.append({"id": 1, "type": {"id": "x"}, "settings": control, "resource": resource})
    done = project.set_up()
    assert done.returncode == 10
    assert "the branch control of staging allows refs/heads/*" in done.stderr
    assert project.checks()["staging"] == ["refs/heads/*", "lock"]
    assert len(project.azure.pipelines) == 2


def test_a_refusal_names_what_was_set_and_the_command_that_sets_the_rest(project: Project) -> None:
    """Exit code 30; the second run continues."""
    project.azure.refused = "environments"
    done = project.set_up()
    assert done.returncode == 30
    line = done.stderr.splitlines()[-1]
    assert "10 of" in line
    assert "were set" in line
    assert "administrator of the project" in line
    assert "make infra-azure-devops again" in line
    project.azure.refused = ""
    assert project.set_up().returncode == 0


def test_a_repository_elsewhere_is_wrong_usage(checkout: FastCheckout) -> None:
    """GitHub's variables are those of infra-outputs."""
    done = checkout.seatrial("infra-azure-devops")
    assert done.returncode == 2
    assert "not a repository in Azure Repos" in done.stderr


def test_the_service_connections_are_left_with_their_application_ids(project: Project) -> None:
    """The output of infra/ has them, if it was made for Azure Pipelines."""
    outputs = json.loads((project.checkout.folder / "outputs.json").read_text())
    outputs["service_connections"] = {"value": {"seatrial-build": "00000000-0000-0000-0000-00000000000b"}}
    project.checkout.outputs(json.dumps(outputs))
    assert (
        "seatrial-build with the application id 00000000-0000-0000-0000-00000000000b"
        in project.set_up().stderr
    )


def test_it_sets_what_the_pipelines_read() -> None:
    """Groups, variables, environments and pipelines are those of the files and of the page."""
    outputs = Outputs.model_validate(recorded())
    documents = [pipeline(path, environment=name) for path in PIPELINES for name in ("staging", "production")]
    every = [(stage, job) for document in documents for stage, job in jobs(document)]
    groups = {each["group"] for stage, _ in every for each in stage.get("variables", []) if "group" in each}
    assert set(variables_of(outputs)) == groups
    assert {job["environment"] for _, job in every if "environment" in job} == set(
        outputs.variables.environments
    )
    assert sorted(pipelines_of(ROOT).values()) == sorted(
        path.relative_to(ROOT).as_posix() for path in PIPELINES
    )
    typed = {"NOTIFY_WEBHOOK_URL", "GH_TOKEN"}
    listed = {name.strip("` ") for row in table_under("Variables", PAGE) for name in row[0].split(",")}
    assert set().union(*variables_of(outputs).values()) == listed - typed
