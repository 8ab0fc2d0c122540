"""Tests that Azure Pipelines does what the workflows of GitHub do, by the same make targets."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

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
from unit.repository.project import ROOT, targets, targets_in, workflow
from unit.repository.project import pipeline as stages

SIGN_IN = ("az acr login --name ", "az aks get-credentials --resource-group ")


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
    # Its jobs `integration` and `release` have no sibling here.
    github = github_commands("ci.yml")[:4]
    without_store = github[:1] + github[2:]
    assert azure_commands(FOLDER / "pull-request.yml") == without_store
    github = [*github_commands("release.yml"), *github_commands("promote.yml")]
    assert {tuple(line) for line in azure_commands(MAIN)} >= {
        tuple(line) for line in github if set(line) & {*stages(), "promote", "settle", "qa-kit"}
    }


@pytest.mark.parametrize("path", PIPELINES, ids=named)
def test_every_job_has_a_deadline_and_a_fixed_image(path: Path) -> None:
    """A job that hangs is cancelled, and its machine does not change by itself."""
    document = pipeline(path)
    assert re.fullmatch(r"ubuntu-\d\d\.\d\d", document["pool"]["vmImage"])
    assert [job for _, job in jobs(document) if "timeoutInMinutes" not in job] == []
    assert "latest" not in path.read_text().replace("runLatest", "")
