"""Tests that each job of GitHub's workflows has its sibling in Azure Pipelines, which does the same."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from unit.repository import azure_contract, azure_rules, github_contract
from unit.repository.azure_pipelines import PIPELINES
from unit.repository.job_contract import JobContract, Situation
from unit.repository.planted_pipelines import PLANTED
from unit.repository.project import ROOT

# GitHub's job, and the pipeline and job of Azure Pipelines.
SIBLINGS = [
    ("ci.code", ".azure-pipelines/pull-request.yml", "code.code"),
    ("ci.image", ".azure-pipelines/pull-request.yml", "image.image"),
    ("ci.integration", ".azure-pipelines/pull-request.yml", "integration.integration"),
    ("ci.release", ".azure-pipelines/pull-request.yml", "release.release"),
    ("heartbeat.nightly", ".azure-pipelines/heartbeat.yml", "nightly.nightly"),
    ("model.update", ".azure-pipelines/model.yml", "update.update"),
    ("model.propose", ".azure-pipelines/model.yml", "propose.propose"),
    ("nightly-tests.simulation", ".azure-pipelines/nightly-tests.yml", "simulation.simulation"),
    ("nightly-tests.tests", ".azure-pipelines/nightly-tests.yml", "tests.tests"),
    ("nightly-tests.locks", ".azure-pipelines/nightly-tests.yml", "locks.locks"),
    ("nightly-tests.links", ".azure-pipelines/nightly-tests.yml", "links.links"),
    ("promote.production", "azure-pipelines.yml", "production.release"),
    ("promote.production", ".azure-pipelines/promote.yml", "production.release"),
    ("promote.settle", "azure-pipelines.yml", "settle_production.settle"),
    ("promote.settle", ".azure-pipelines/promote.yml", "settle_production.settle"),
    ("release.image", "azure-pipelines.yml", "image.image"),
    ("release.release", "azure-pipelines.yml", "staging.release"),
    ("release.settle", "azure-pipelines.yml", "settle_staging.settle"),
    ("resume.resume", ".azure-pipelines/resume.yml", "resume.resume"),
    ("rollback.rollback", ".azure-pipelines/rollback.yml", "rollback.rollback"),
    ("weekly.audit", ".azure-pipelines/weekly.yml", "audit.audit"),
    ("weekly.newest", ".azure-pipelines/weekly.yml", "newest.newest"),
]
# Azure Pipelines has no issue: the webhook and the notifications of Azure DevOps inform people. Its branch
# policy waits for the whole pipeline, so that no job stands for the others.
WITHOUT = {"ci.required", "model.issue", "promote.issue", "release.issue", "rollback.issue", "weekly.issue"}
# Where the two differ on purpose, with the reason. Everything else is the same.
DIFFERENCES = {
    # A pull request has no identity in Azure Pipelines; at GitHub one that reads the store, if there is one.
    ("ci.image", "signs_in"),
    # At GitHub one issue is open; Azure Pipelines notifies the webhook.
    ("heartbeat.nightly", "variables"),
}
JOBS = list(dict.fromkeys(job for job, _, _ in SIBLINGS))
INPUTS = {"environment": "staging", "why": "wrong labels"}


@cache
def github(file: str = "", text: str = "", instead: str = "") -> dict[str, JobContract]:
    """Return the contracts of GitHub's jobs, with a text of one file replaced; those called, for staging."""
    return github_contract.contracts(github_contract.workflows(file, text, instead), INPUTS)


def azure(root: Path = ROOT) -> dict[tuple[str, str], JobContract]:
    """Return the contracts of the jobs of Azure Pipelines, by pipeline and name."""
    names = [path.relative_to(ROOT) for path in PIPELINES]
    return {
        (name.as_posix(), job): found
        for name in names
        for job, found in azure_contract.contracts(root / name, INPUTS).items()
    }


def differences(
    job: str, found: dict[tuple[str, str], JobContract], theirs: dict[str, JobContract] | None = None
) -> list[str]:
    """Return everything in which a job of GitHub differs from its siblings, which together run as often."""
    siblings = [found[path, name] for each, path, name in SIBLINGS if each == job]
    runs = frozenset[Situation]().union(*(sibling.runs for sibling in siblings))
    expected = (theirs or github())[job]
    return [line for sibling in siblings for line in expected.differences(replace(sibling, runs=runs))]


def test_every_job_has_a_sibling_or_a_reason() -> None:
    """A new job of either CI has a row here."""
    assert {job for job, _, _ in SIBLINGS} | WITHOUT == set(github())
    assert {(path, name) for _, path, name in SIBLINGS} == set(azure())


@pytest.mark.parametrize("job", JOBS)
def test_a_job_does_what_its_sibling_does(job: str) -> None:
    """Targets, environment, rights, artefacts, deadline, and when it runs; what differs has its reason."""
    found = differences(job, azure())
    assert {line.partition(":")[0] for line in found} == {
        part for each, part in DIFFERENCES if each == job
    }, found


def test_the_pipelines_break_no_rule() -> None:
    """What the schema cannot express: names, conditions, parameters, locks, artefacts, identities."""
    assert azure_rules.violations(ROOT) == []


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault: str, tmp_path: Path) -> None:
    """A rule or the comparison with GitHub reports it."""
    file, text, instead = PLANTED[fault]
    shutil.copytree(ROOT / ".azure-pipelines", tmp_path / ".azure-pipelines")
    shutil.copy(ROOT / "azure-pipelines.yml", tmp_path)
    before = (tmp_path / file).read_text()
    assert text in before
    (tmp_path / file).write_text(before.replace(text, instead, 1))
    try:
        broken = azure_rules.violations(tmp_path)
        found = azure(tmp_path)
        unexpected = {
            (job, line.partition(":")[0]) for job in JOBS for line in differences(job, found)
        } - DIFFERENCES
    except (AssertionError, KeyError, ValueError):
        return  # a file that cannot be read as a pipeline
    assert broken or unexpected


# A change of a workflow alone: the file, a text in it, and what stands there instead.
CHANGED_AT_GITHUB = [
    ("ci.yml", "make test-integration", "make test-unit"),
    ("ci.yml", "timeout-minutes: 45", "timeout-minutes: 46"),
    ("model.yml", "path: .seatrial/ci/run/update.json", "path: .seatrial/ci/run"),
    ("nightly.yml", "needs: staging", "needs: []"),
    ("nightly-tests.yml", "make check-locks", "make lock"),
    ("nightly-tests.yml", "SCHEDULES=100000", "SCHEDULES=1000"),
    ("promote.yml", "make qa-kit ENV=production", "make history ENV=production"),
    ("promote.yml", "needs.production.result == 'cancelled'", "needs.production.result == 'skipped'"),
    ("release.yml", "make deploy accept", "make deploy"),
    ("release.yml", "fetch-depth: 0", "fetch-depth: 1"),
    ("resume.yml", "}}-recovery", "}}"),
    ("weekly.yml", "run: make audit", "run: make check-links"),
    ("rollback.yml", "if: github.ref == 'refs/heads/main' # a", "if: github.event_name != '' # a"),
]


@pytest.mark.parametrize(("file", "text", "instead"), CHANGED_AT_GITHUB)
def test_a_change_of_a_workflow_alone_is_found(file: str, text: str, instead: str) -> None:
    """Its sibling must follow."""
    ours, theirs = azure(), github(file, text, instead)
    found = {(job, line.partition(":")[0]) for job in JOBS for line in differences(job, ours, theirs)}
    assert found - DIFFERENCES
