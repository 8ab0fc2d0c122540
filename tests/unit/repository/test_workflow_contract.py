"""Tests of what all workflows have in common: variables, secrets, results, runners, versions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from unit.repository.expressions import starts
from unit.repository.identity_rules import CLUSTER_RUNNER, HOSTED
from unit.repository.project import MAKEFILE, PAGES, ROOT, WORKFLOWS, table_under, targets_in, workflow

GITHUB = sorted((ROOT / ".github").rglob("*.yml"))
AZURE = [ROOT / "azure-pipelines.yml", *sorted((ROOT / ".azure-pipelines").rglob("*.yml"))]
NAMES = sorted(path.name for path in WORKFLOWS.glob("*.yml"))
DEPENDABOT = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())
TEXT = "".join(path.read_text() for path in GITHUB)
# Suites that start others, each with JUNIT in its environment.
CHAINS = {"test", "test-nightly"}
JOBS = [(name, key) for name in NAMES for key, job in workflow(name)["jobs"].items() if "steps" in job]


def body(name: str, key: str) -> dict[str, Any]:
    """Return a job."""
    found: dict[str, Any] = workflow(name)["jobs"][key]
    return found


def called(job: dict[str, Any]) -> set[str]:
    """Return the targets that a job makes."""
    return {target for step in job["steps"] if "run" in step for target in targets_in(step["run"])}


def used(context: str) -> set[str]:
    """Return the names that the workflows read from a context such as `vars`."""
    return set(re.findall(rf"\b{context}\.(\w+)", TEXT))


def suites() -> set[str]:
    """Return the targets that write JUnit."""
    recipes = re.findall(r"^([a-z0-9-]+):.*\n((?:\t.*\n)+)", MAKEFILE, re.M)
    return {name for name, recipe in recipes if "$(call junit)" in recipe} | CHAINS


def test_every_variable_is_documented_and_every_documented_one_is_used() -> None:
    """The table of azure.md is what a repository has to set."""
    rows = table_under("From GitHub Actions", (ROOT / "docs" / "how-to" / "azure.md").read_text())
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    assert documented == used("vars")


def test_every_secret_is_declared_and_documented() -> None:
    """A called workflow gets the secrets that it declares; a page has what each is for."""
    secrets = used("secrets")
    pages = "".join(page.read_text() for page in PAGES)
    assert [name for name in sorted(secrets) if f"`{name}`" not in pages] == []
    for name in NAMES:
        events = workflow(name)[True]
        if isinstance(events, dict) and "workflow_call" in events:
            text = (WORKFLOWS / name).read_text()
            declared = set((events["workflow_call"] or {}).get("secrets", {}))
            assert set(re.findall(r"\bsecrets\.(\w+)", text)) == declared


def test_there_is_a_suite_that_writes_junit() -> None:
    """The suites are read from the Makefile; an empty list would make the next test pass."""
    assert {"test-unit", "test-integration", "test-release", "test-faults", "test-long"} <= suites()


@pytest.mark.parametrize(("name", "key"), JOBS)
def test_a_job_with_a_suite_uploads_its_results_whichever_way_it_ends(name: str, key: str) -> None:
    """JUnit is below the directory that is uploaded, `always()`."""
    job = body(name, key)
    if called(job) & (suites() - {"qa-kit"}):
        assert workflow(name)["env"]["JUNIT"] == "reports/junit"
        kept = [
            step["with"]["path"]
            for step in job["steps"]
            if "upload-artifact@" in step.get("uses", "") and step.get("if") == "always()"
        ]
        assert [path for path in kept if "reports/" in path]


@pytest.mark.parametrize(("name", "key"), JOBS)
def test_a_job_that_starts_a_local_cloud_keeps_its_logs_and_removes_it(name: str, key: str) -> None:
    """Whichever way it ends: collected, then uploaded, then removed."""
    job = body(name, key)
    if "cloud" in called(job):
        instance = job["env"].get("INSTANCE", workflow(name)["env"]["INSTANCE"])
        *_, collected, kept, removed = [step for step in job["steps"] if step.get("if") == "always()"]
        assert (collected["run"], removed["run"]) == ("make logs", "make down")
        assert f".seatrial/{instance}/logs/" in kept["with"]["path"].split()


def test_what_nobody_reviewed_runs_without_rights_and_writes_no_cache() -> None:
    """The newest packages could do anything that their job may."""
    job = body("weekly.yml", "newest")
    assert job["permissions"] == {"contents": "read"}
    assert "setup" not in repr([step.get("uses", "") for step in job["steps"]])
    assert called(body("weekly.yml", "issue")) == set()


@pytest.mark.parametrize("result", ["failure", "cancelled"])
def test_a_week_that_did_not_end_well_opens_the_issue(result: str) -> None:
    """GitHub cancels a job that takes too long: a newest package that hangs is no pass."""
    values = {"github.ref": "refs/heads/main", "needs.audit.result": "success"}
    assert starts(body("weekly.yml", "issue")["if"], {**values, "needs.newest.result": result})


@pytest.mark.parametrize(("name", "key"), JOBS)
def test_a_job_that_reaches_the_cluster_runs_in_its_network(name: str, key: str) -> None:
    """The label of a private cluster's runner is a variable; every other job runs on GitHub's machines."""
    job = body(name, key)
    reaches = any("cluster" in step.get("with", {}) for step in job["steps"])
    assert job["runs-on"] == (CLUSTER_RUNNER if reaches else HOSTED)


@pytest.mark.parametrize(("name", "key"), JOBS)
def test_a_job_that_signs_in_to_azure_signs_in_to_aws_for_a_store_in_s3(name: str, key: str) -> None:
    """The URL of the store decides."""
    steps = {step.get("uses", "").rpartition("/")[2]: step for step in body(name, key)["steps"]}
    assert ("azure" in steps) == ("aws" in steps)
    if "aws" in steps:
        assert re.search(r"startsWith\((?:vars|env)\.STORE, 's3://'\)$", steps["aws"]["if"])


@pytest.mark.parametrize("path", [*GITHUB, *AZURE], ids=lambda path: path.name)
def test_nothing_waits_a_fixed_time_and_nothing_floats(path: Path) -> None:
    """No sleep, no `latest`, no machine, image or package without a version."""
    text = re.sub(r"#.*", "", path.read_text()).replace("runLatest", "")
    assert not re.search(r"\bsleep\b|\blatest\b", text)
    assert not re.search(r"\b(?:pip|npm|uv) install\b|\bcurl\b|\bwget\b", text)
    assert re.findall(r"(?:image|container): \S*docker\S*", text) == []


@pytest.mark.parametrize("update", DEPENDABOT["updates"], ids=lambda update: update["package-ecosystem"])
def test_new_versions_wait_a_week(update: dict[str, Any]) -> None:
    """An update that turns out to be malicious is mostly withdrawn by then."""
    assert update["cooldown"]["default-days"] >= 7
    assert update["schedule"]["interval"] == "weekly"


def test_dependabot_reads_every_folder_with_an_action() -> None:
    """The actions of this repository pin others."""
    (actions,) = [each for each in DEPENDABOT["updates"] if each["package-ecosystem"] == "github-actions"]
    assert actions["directories"] == ["/", "/.github/actions/*"]
