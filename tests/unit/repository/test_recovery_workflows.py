"""Tests of the jobs that act after a release that did not end well: settle, issue, rollback, resume."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from unit.repository.expressions import evaluate
from unit.repository.project import MAKEFILE, ROOT, WORKFLOWS, workflow

RELEASES = {"release.yml": "release", "promote.yml": "production"}
MANUAL = ("rollback", "resume")
MAIN = {"github.ref": "refs/heads/main", "github.event_name": "push"}


def job(name: str, key: str) -> dict[str, Any]:
    """Return a job of a workflow."""
    body: dict[str, Any] = workflow(name)["jobs"][key]
    return body


def runs(name: str, key: str, **values: str) -> bool:
    """Return whether a job runs, given the results and outputs of jobs before it as `job__result`."""
    needs = {f"needs.{each.replace('__', '.')}": value for each, value in values.items()}
    return evaluate(job(name, key)["if"], {**MAIN, **needs})


@pytest.mark.parametrize(("name", "release"), RELEASES.items())
@pytest.mark.parametrize(
    ("result", "settled"), [("success", False), ("skipped", False), ("failure", True), ("cancelled", True)]
)
def test_settle_runs_after_each_release_that_did_not_end_well(
    name: str, release: str, result: str, settled: bool
) -> None:
    """A job that failed, was cancelled, timed out or lost its runner has one of these results."""
    assert job(name, "settle")["needs"] == release
    assert runs(name, "settle", **{f"{release}__result": result}) is settled


@pytest.mark.parametrize("name", RELEASES)
def test_settle_is_never_cancelled_and_never_waits_for_a_person(name: str) -> None:
    """It is in no concurrency group, where GitHub cancels waiting jobs, and in no reviewed environment."""
    settle = job(name, "settle")
    assert "concurrency" not in settle
    conditions = [settle["if"], *(step.get("if", "") for step in settle["steps"])]
    assert [each for each in conditions if not each.startswith("always()")] == []
    assert settle["timeout-minutes"] == 30
    assert settle["environment"].endswith("-recovery")
    assert settle["permissions"] == {"contents": "read", "id-token": "write"}
    assert [step["run"] for step in settle["steps"] if "run" in step] == ["make settle"]


@pytest.mark.parametrize(
    ("event", "release", "settle", "reported"),
    [
        ("push", {"result": "success"}, {"result": "skipped"}, False),
        (
            "push",
            {"result": "failure", "outputs.code": "10"},
            {"result": "success", "outputs.code": "0"},
            False,
        ),
        ("push", {"result": "failure", "outputs.notice": "back"}, {"result": "success"}, True),
        ("push", {"result": "cancelled"}, {"result": "success", "outputs.notice": "undone"}, True),
        ("push", {"result": "cancelled"}, {"result": "failure", "outputs.code": "12"}, False),
        ("push", {"result": "failure"}, {"result": "failure", "outputs.code": "30"}, True),
        ("push", {"result": "failure"}, {"result": "cancelled"}, True),
        ("schedule", {"result": "failure", "outputs.code": "10"}, {"result": "success"}, True),
        ("schedule", {"result": "success"}, {"result": "skipped"}, False),
    ],
)
@pytest.mark.parametrize(("name", "job_name"), RELEASES.items())
def test_an_issue_reports_what_people_must_see(
    name: str, job_name: str, event: str, release: dict[str, str], settle: dict[str, str], reported: bool
) -> None:
    """20, 21 and a failed settle at any time, every failure at night; not a held environment (12)."""
    values = {f"needs.{job_name}.{key}": value for key, value in release.items()}
    values |= {f"needs.settle.{key}": value for key, value in settle.items()}
    found = evaluate(job(name, "issue")["if"], {**MAIN, **values, "github.event_name": event})
    assert found is reported


@pytest.mark.parametrize(("name", "key"), [("rollback.yml", "rollback"), ("release.yml", "release")])
def test_every_notice_of_a_workflow_reaches_its_issue(name: str, key: str) -> None:
    """The issue has the output `notice` of each job that it needs."""
    issue = job(name, "issue")
    assert key in issue["needs"]
    (step,) = [step for step in issue["steps"] if step["uses"].endswith("/issue")]
    listed = re.findall(r"needs\.(\w+)\.outputs\.notice", step["with"]["notices"])
    assert listed == issue["needs"]
    assert all("notice" in job(name, each)["outputs"] for each in listed)


@pytest.mark.parametrize("name", MANUAL)
def test_on_call_acts_without_a_checkout_and_without_other_rights(name: str) -> None:
    """The environment is chosen from a list; the job reads the repository, signs in, and calls one target."""
    (inputs,) = [event["inputs"] for event in [workflow(f"{name}.yml")[True]["workflow_dispatch"]]]
    assert inputs["environment"]["type"] == "choice"
    assert inputs["environment"]["options"] == ["staging", "production"]
    manual = job(f"{name}.yml", name)
    assert manual["permissions"] == {"contents": "read", "id-token": "write"}
    assert manual["environment"] == "${{ inputs.environment }}-recovery"
    assert [step["run"] for step in manual["steps"] if "run" in step] == [f"make {name}"]
    assert workflow(f"{name}.yml")["concurrency"]["cancel-in-progress"] is False


def test_a_rollback_states_its_reason() -> None:
    """The reason is required, and is passed by a variable of the step, with the name of who started it."""
    assert workflow("rollback.yml")[True]["workflow_dispatch"]["inputs"]["why"]["required"] is True
    (step,) = [step for step in job("rollback.yml", "rollback")["steps"] if "run" in step]
    assert step["env"]["WHY"] == "${{ github.triggering_actor }}: ${{ inputs.why }}"


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda path: path.parent.name + path.name
)
def test_no_expression_is_part_of_a_command(path: Path) -> None:
    """Text that somebody typed is never read as a command by the shell of a step."""
    scripts = re.findall(r"^ +(?:- )?run: (?:\|\n(?:(?: {8,}.*)?\n)+|.*\n)", path.read_text(), re.M)
    assert len(scripts) == path.read_text().count("run: ")
    assert [script for script in scripts if "${{" in script] == []


@pytest.mark.parametrize("variable", ["WHY", "APPROVED_BY"])
def test_make_does_not_expand_text_that_somebody_typed(variable: str, tmp_path: Path) -> None:
    """The text reaches the command as it is: make would run `$(shell …)` in it, and the shell `$(…)`."""
    marker = tmp_path / "marker"
    text = f'it\'s "$(shell touch {marker})" $$(touch {marker}) `touch {marker}`; touch {marker}'
    environment = {**os.environ, variable: text}
    for target in ("rollback", "promote"):
        make(["-n", target, "ENV=staging"], environment)
    shown = make(["-s", f"--eval=show: ; @printenv {variable}", "show"], environment)
    assert shown == f"{text}\n"
    assert not marker.exists()
    assert f"$({variable})" not in MAKEFILE


def make(words: list[str], environment: dict[str, str]) -> str:
    """Run make in the checkout and return its stdout."""
    argv = ["make", "--no-print-directory", *words]
    done = subprocess.run(argv, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=30)
    return done.stdout.decode()


def test_the_conditions_use_no_expression_that_is_not_evaluated_here() -> None:
    """A misspelt condition would be a test that proves nothing."""
    for path in WORKFLOWS.glob("*.yml"):
        for body in yaml.safe_load(path.read_text())["jobs"].values():
            evaluate(body.get("if", "always()"), {})
    with pytest.raises(ValueError, match="unknown in"):
        evaluate("always() && need.release.result == 'failure'", {})
