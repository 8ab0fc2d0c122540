"""Tests of the pipelines of Azure Pipelines: the schema, make commands, order, deadlines."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from unit.repository.azure_pipelines import (
    MAIN,
    PIPELINES,
    TEMPLATES,
    commands,
    jobs,
    pipeline,
    script,
    steps,
)
from unit.repository.project import MAKEFILE, ROOT, targets, targets_in
from unit.repository.project import pipeline as stages

SIGN_IN = ("az acr login --name ", "az aks get-credentials --resource-group ")


def validate(*paths: Path) -> subprocess.CompletedProcess[str]:
    """Validate files by Microsoft's published schema, which check-jsonschema contains, as `make lint`."""
    program = Path(sys.executable).with_name("check-jsonschema")
    options = ["--regex-variant", "nonunicode", "--builtin-schema", "vendor.azure-pipelines"]
    words = [str(program), *options, "--data-transform", "azure-pipelines", *map(str, paths)]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


def named(path: Path) -> str:
    """Return the path below the root, as the id of a test."""
    return path.relative_to(ROOT).as_posix()


def test_every_file_is_valid() -> None:
    """Pipelines and templates are valid by the published schema."""
    done = validate(*PIPELINES, *TEMPLATES)
    assert done.returncode == 0, done.stdout


def test_lint_validates_every_file() -> None:
    """A person who edits one is shown the error before a commit."""
    (line,) = [line for line in MAKEFILE.splitlines() if "vendor.azure-pipelines" in line]
    patterns = [word for word in line.split() if word.endswith(".yml")]
    assert {path for pattern in patterns for path in ROOT.glob(pattern)} == {*PIPELINES, *TEMPLATES}


@pytest.mark.parametrize(
    ("planted", "instead"),
    [("dependsOn: image", "needs: image"), ("DownloadPipelineArtifact@2", "DownloadPipeline@2")],
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


@pytest.mark.parametrize("path", PIPELINES, ids=named)
def test_every_job_has_a_deadline_and_a_fixed_image(path: Path) -> None:
    """A job that hangs is cancelled, and its machine does not change by itself."""
    document = pipeline(path)
    assert re.fullmatch(r"ubuntu-\d\d\.\d\d", document["pool"]["vmImage"])
    assert [job for _, job in jobs(document) if "timeoutInMinutes" not in job] == []
    assert "latest" not in path.read_text().replace("runLatest", "")


@pytest.mark.parametrize("path", PIPELINES, ids=named)
def test_no_stage_and_no_job_of_a_stage_has_the_name_of_another(path: Path) -> None:
    """Azure DevOps refuses the whole pipeline then; the published schema accepts it."""
    document = pipeline(path)
    found = [(stage.get("stage"), job.get("job") or job.get("deployment")) for stage, job in jobs(document)]
    found += [(each["stage"], "") for each in document.get("stages", [])]
    assert [each for each in found if found.count(each) > 1] == []
