"""Tests of the identities, secrets and variables of Azure Pipelines, and of the page that lists them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from unit.repository.azure_pipelines import FOLDER, MAIN, PIPELINES, TEMPLATES, jobs, pipeline, script, steps
from unit.repository.azure_rules import WITH_TOKEN
from unit.repository.project import ROOT, table_under

PAGE = (ROOT / "docs" / "how-to" / "azure-pipelines.md").read_text()
TEMPLATES_TEXT = "".join(path.read_text() for path in TEMPLATES)
MAIN_ONLY = "eq(variables['Build.SourceBranch'], 'refs/heads/main')"
RECOVERY = ("rollback", "resume")


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_each_environment_has_an_identity_and_approvals_of_its_own(environment: str) -> None:
    """A release waits for the approvals of its environment; what repairs one does not."""
    found = {stage["stage"]: job for stage, job in jobs(pipeline(MAIN))}
    release, settle = found[environment], found[f"settle_{environment}"]
    others = [next(jobs(pipeline(FOLDER / f"{name}.yml", environment=environment)))[1] for name in RECOVERY]
    assert release["environment"] == environment
    assert connections(release) == {f"seatrial-{environment}"}
    for job in (settle, *others):
        assert job["environment"] == f"{environment}-recovery"
        assert connections(job) == {f"seatrial-{environment}-recovery"}


def connections(job: dict[str, Any]) -> set[str]:
    """Return the service connections that a job uses."""
    inputs = [step.get("inputs", {}) for step in steps(job)]
    return {each["azureSubscription"] for each in inputs if "azureSubscription" in each}


def test_only_main_is_released() -> None:
    """A manual run of another branch is skipped; production follows the schedule or a manual run."""
    found = {stage["stage"]: stage for stage, _ in jobs(pipeline(MAIN))}
    assert found["image"]["condition"] == MAIN_ONLY
    assert found["staging"]["dependsOn"] == "image"
    assert "condition" not in found["staging"]
    assert found["production"]["dependsOn"] == "staging"
    reasons = "in(variables['Build.Reason'], 'Schedule', 'Manual')"
    assert found["production"]["condition"] == f"and(succeeded(), {reasons})"
    for name in RECOVERY:
        assert next(jobs(pipeline(FOLDER / f"{name}.yml")))[0]["condition"] == MAIN_ONLY
    for name in ("staging", "production"):
        ended = f"in(dependencies.{name}.result, 'Failed', 'Canceled')"
        assert found[f"settle_{name}"]["condition"] == f"and(always(), {ended})"


def test_a_pull_request_has_no_identity() -> None:
    """Its code is not reviewed yet: no service connection, variable group or environment."""
    text = (FOLDER / "pull-request.yml").read_text()
    assert (
        re.findall(r"azureSubscription|connection:|group:|environment:|deployment:|System\.Access", text)
        == []
    )


def test_secrets_are_in_the_environment_of_the_step_that_needs_them() -> None:
    """The webhook goes to make commands, the token to those that ask or push; none is part of a command."""
    for path in PIPELINES:
        for _, job in jobs(pipeline(path)):
            for step in steps(job):
                assert "$(" not in script(step).replace("$(nproc)", "")
                secrets = {
                    value for value in step.get("env", {}).values() if "NOTIFY" in value or "Access" in value
                }
                notified = "AzureCLI" in step.get("task", "") or script(step) == "make heartbeat"
                token = {"$(System.AccessToken)"} if script(step) in WITH_TOKEN else set()
                assert secrets <= token | ({"$(NOTIFY_WEBHOOK_URL)"} if notified else set())
                assert token <= secrets


def test_a_reason_that_is_typed_cannot_become_a_command_or_a_macro() -> None:
    """It is a variable of one step, without the character that begins a macro of Azure Pipelines."""
    assert "${{ replace(parameters.why, '$', '') }}" in (FOLDER / "templates" / "signed-in.yml").read_text()
    for _, job in jobs(pipeline(FOLDER / "rollback.yml", why="$(System.AccessToken)")):
        assert [script(step) for step in steps(job) if "AccessToken" in script(step)] == []


def test_the_page_lists_what_a_person_creates() -> None:
    """Pipelines, environments, service connections and variables: all that the files use, and no more."""
    documents = [pipeline(path, environment=name) for path in PIPELINES for name in ("staging", "production")]
    every = [(stage, job) for document in documents for stage, job in jobs(document)]
    assert first_column("Pipelines") == {path.relative_to(ROOT).as_posix() for path in PIPELINES}
    assert first_column("Environments") == {job["environment"] for _, job in every if "environment" in job}
    assert first_column("Service connections") == set().union(*(connections(job) for _, job in every))
    groups = {each["group"] for stage, _ in every for each in stage.get("variables", []) if "group" in each}
    assert {
        name for row in table_under("Variables", PAGE) for name in re.findall(r"`(seatrial[\w-]*)`", row[1])
    } == groups
    read = set(
        re.findall(
            r"\b(?:STORE|REGISTRY|KUBECONTEXT|AKS_\w+|NOTIFY_\w+)\b", TEMPLATES_TEXT + MAIN.read_text()
        )
    )
    assert read <= {
        name for row in table_under("Variables", PAGE) for name in re.findall(r"`([A-Z_]+)`", row[0])
    }


def first_column(heading: str) -> set[str]:
    """Return the names in the first column of a table of the page."""
    return {name for row in table_under(heading, PAGE) for name in re.findall(r"`([^`]+)`", row[0])}
