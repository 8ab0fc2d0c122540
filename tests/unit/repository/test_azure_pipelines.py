"""Tests that Azure Pipelines does what the workflows of GitHub do, by the same make targets."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from unit.repository.azure_pipelines import (
    FOLDER,
    MAIN,
    PIPELINES,
    TEMPLATES,
    commands,
    jobs,
    pipeline,
    script,
    steps,
)
from unit.repository.project import ROOT, table_under, targets, targets_in, workflow
from unit.repository.project import pipeline as stages

PAGE = (ROOT / "docs" / "how-to" / "azure-pipelines.md").read_text()
SIGN_IN = ("az acr login --name ", "az aks get-credentials --resource-group ")
MAIN_ONLY = "eq(variables['Build.SourceBranch'], 'refs/heads/main')"


def validate(path: Path) -> subprocess.CompletedProcess[str]:
    """Validate a file by Microsoft's published schema, which check-jsonschema contains."""
    program = Path(sys.executable).with_name("check-jsonschema")
    options = ["--regex-variant", "nonunicode", "--builtin-schema", "vendor.azure-pipelines"]
    words = [str(program), *options, "--data-transform", "azure-pipelines", str(path)]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


def named(path: Path) -> str:
    """Return the path below the root, as the id of a test."""
    return path.relative_to(ROOT).as_posix()


def github_commands(name: str) -> list[list[str]]:
    """Return the targets of each make step of a GitHub workflow, job by job."""
    found = workflow(name)["jobs"].values()
    return [targets_in(step["run"]) for job in found for step in job.get("steps", []) if "run" in step]


def azure_commands(path: Path, **given: str) -> list[list[str]]:
    """Return the targets of each make step of a pipeline, job by job."""
    return [targets_in(line) for _, job in jobs(pipeline(path, **given)) for line in commands(job)]


@pytest.mark.parametrize("path", [*PIPELINES, *TEMPLATES], ids=named)
def test_every_file_is_valid(path: Path) -> None:
    """It is valid by the published schema."""
    done = validate(path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("planted", "instead"),
    [("dependsOn: staging", "needs: staging"), ("DownloadPipelineArtifact@2", "DownloadPipeline@2")],
)
def test_the_schema_refuses_a_planted_error(tmp_path: Path, planted: str, instead: str) -> None:
    """A misspelt key or an unknown task is reported."""
    text = MAIN.read_text()
    assert planted in text
    (tmp_path / "planted.yml").write_text(text.replace(planted, instead))
    assert validate(tmp_path / "planted.yml").returncode != 0


@pytest.mark.parametrize("path", PIPELINES, ids=named)
def test_every_script_is_one_make_command_or_a_sign_in(path: Path) -> None:
    """Each command of CI can be run on a laptop."""
    for _, job in jobs(pipeline(path)):
        for line in filter(None, map(script, steps(job))):
            assert "\n" not in line.strip()
            assert line.startswith(("make ", *SIGN_IN)), line
        assert {name for line in commands(job) for name in targets_in(line)} <= targets()
        assert commands(job), "a job without a make command"


def test_a_release_to_staging_passes_every_stage_in_order() -> None:
    """The stages before production are those of the Makefile's PIPELINE."""
    called = [
        name
        for stage, job in jobs(pipeline(MAIN))
        if stage["stage"] in ("image", "staging")
        for line in commands(job)
        for name in targets_in(line)
    ]
    assert [name for name in called if name in stages()] == stages()


def test_both_systems_call_the_same_targets() -> None:
    """Each workflow of GitHub has its sibling, apart from the pull requests of models."""
    assert azure_commands(FOLDER / "nightly-tests.yml") == github_commands("nightly-tests.yml")
    for name in ("rollback", "resume"):
        assert azure_commands(FOLDER / f"{name}.yml") == github_commands(f"{name}.yml") == [[name]]
    without_store = [line for line in github_commands("ci.yml")[:1] + github_commands("ci.yml")[2:]]
    assert azure_commands(FOLDER / "pull-request.yml") == without_store
    github = [*github_commands("release.yml"), *github_commands("promote.yml")]
    assert {tuple(line) for line in azure_commands(MAIN)} >= {
        tuple(line) for line in github if set(line) & {*stages(), "promote", "settle"}
    }


@pytest.mark.parametrize("path", PIPELINES, ids=named)
def test_every_job_has_a_deadline_and_a_fixed_image(path: Path) -> None:
    """A job that hangs is cancelled, and its machine does not change by itself."""
    document = pipeline(path)
    assert re.fullmatch(r"ubuntu-\d\d\.\d\d", document["pool"]["vmImage"])
    assert [job for _, job in jobs(document) if "timeoutInMinutes" not in job] == []
    assert "latest" not in path.read_text().replace("runLatest", "")


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


RECOVERY = ("rollback", "resume")


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
    """The webhook goes to make commands, the token of the run to `promote`; neither is part of a command."""
    for path in PIPELINES:
        for _, job in jobs(pipeline(path)):
            for step in steps(job):
                assert "$(" not in script(step).replace("$(nproc)", "")
                secrets = {
                    value for value in step.get("env", {}).values() if "NOTIFY" in value or "Access" in value
                }
                allowed = {"$(NOTIFY_WEBHOOK_URL)"} if "AzureCLI" in step.get("task", "") else set()
                token = {"$(System.AccessToken)"} if script(step) == "make promote ENV=production" else set()
                assert secrets <= allowed | token
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
    assert first_column("Pipelines") == {named(path) for path in PIPELINES}
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


TEMPLATES_TEXT = "".join(path.read_text() for path in TEMPLATES)


def first_column(heading: str) -> set[str]:
    """Return the names in the first column of a table of the page."""
    return {name for row in table_under(heading, PAGE) for name in re.findall(r"`([^`]+)`", row[0])}
