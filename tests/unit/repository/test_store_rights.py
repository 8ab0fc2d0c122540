"""Tests that only the jobs that release run the commands that write what an environment has accepted."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from unit.repository.identities import Job, jobs, table
from unit.repository.project import ROOT, WORKFLOWS, table_under, workflow

REAL = {path.name: workflow(path.name) for path in sorted(WORKFLOWS.glob("*.yml"))}
STAGES = ROOT / "src" / "seatrial" / "stages"
RIGHTS = table_under("Identities", (ROOT / "docs" / "reference" / "identities.md").read_text())
DOCUMENT = "`environments/ENV.json`"
SAME_AS = re.compile(r"the same (?:as|for) \w+")


def writing_commands() -> set[str]:
    """Return the commands that write it: those that hold the Lease, and `promote`, which calls two."""
    return {path.stem for path in STAGES.glob("*.py") if ".hold(" in path.read_text()} | {"promote"}


def writing_jobs() -> dict[tuple[str, str], Job]:
    """Return the jobs that run one of them, by workflow and name, without those that have their own store."""
    found = {(job.workflow.removesuffix(".yml"), job.name): job for job in jobs(REAL) if not job.own_cloud}
    return {key: job for key, job in found.items() if commands(job.steps) & writing_commands()}


def commands(steps: list[dict[str, str]]) -> set[str]:
    """Return the targets that the steps of a job make."""
    lines = [line for step in steps for line in step.get("run", "").splitlines()]
    return {word for line in lines if line.strip().startswith("make ") for word in line.split()[1:]}


def test_the_commands_that_write_are_known() -> None:
    """A command that takes the Lease is one of these."""
    assert writing_commands() == {"deploy", "accept", "settle", "rollback", "resume", "promote"}


def test_they_run_in_github_environments_only() -> None:
    """No job of a pull request, and none that builds, runs one of them; all that do have an environment."""
    found = writing_jobs()
    assert found
    assert [key for key, job in found.items() if not job.environment] == []
    assert [key for key, job in found.items() if "pull_request" in job.events] == []


@pytest.mark.parametrize(
    "change",
    [
        {"env": {"STORE": "az://account/models"}},
        {"env": {"SEATRIAL_REGISTRY__ADDRESS": "name.azurecr.io"}},
        {"env": {"KUBECONTEXT": "aks"}},
        {"env": {"HOST": "${{ vars.HOST }}"}},
        {"steps": [{"run": "make deploy accept ENV=local"}]},
    ],
    ids=str,
)
def test_a_pull_request_releases_to_its_own_local_cloud_only(change: dict[str, Any]) -> None:
    """The job `release` of `ci` is such a job; it is not with another store, registry, cluster or host."""
    (found,) = [job for job in jobs(REAL) if (job.workflow, job.name) == ("ci.yml", "release")]
    assert commands(found.steps) & writing_commands()
    assert found.own_cloud
    assert not replace(found, body={**found.body, **change}).own_cloud


def test_the_page_gives_the_right_to_their_identities_only() -> None:
    """All others may read the store; a row that is the same as another has its rights."""
    environments = {row[3] for row in table(REAL) if (row[0], row[1]) in writing_jobs()}
    assert {row[1] for row in RIGHTS if DOCUMENT in row[2] or SAME_AS.match(row[2])} == environments
