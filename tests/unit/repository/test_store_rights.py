"""Tests that only the jobs that release run the commands that write what an environment has accepted."""

from __future__ import annotations

import re

from unit.repository.identities import jobs, table
from unit.repository.project import ROOT, WORKFLOWS, table_under, workflow

REAL = {path.name: workflow(path.name) for path in sorted(WORKFLOWS.glob("*.yml"))}
STAGES = ROOT / "src" / "seatrial" / "stages"
RIGHTS = table_under("Identities", (ROOT / "docs" / "reference" / "identities.md").read_text())
DOCUMENT = "`environments/ENV.json`"
SAME_AS = re.compile(r"^the same(?: as \w+| for \w+)?\b")


def writing_commands() -> set[str]:
    """Return the commands that write it: those that hold the Lease, and `promote`, which calls two."""
    return {path.stem for path in STAGES.glob("*.py") if ".hold(" in path.read_text()} | {"promote"}


def commands(steps: list[dict[str, str]]) -> set[str]:
    """Return the targets that the steps of a job make."""
    lines = [line for step in steps for line in step.get("run", "").splitlines()]
    return {word for line in lines if line.strip().startswith("make ") for word in line.split()[1:]}


def test_the_commands_that_write_are_known() -> None:
    """A command that takes the Lease is one of these."""
    assert writing_commands() == {"deploy", "accept", "settle", "rollback", "resume", "promote"}


def test_they_run_in_github_environments_only() -> None:
    """No job of a pull request, and none that builds, runs one of them; all that do have an environment."""
    found = {job.where: job for job in jobs(REAL) if commands(job.steps) & writing_commands()}
    assert found
    assert [where for where, job in found.items() if not job.environment] == []
    assert [where for where, job in found.items() if "pull_request" in job.events] == []


def test_the_page_gives_the_right_to_identities_with_an_environment_only() -> None:
    """The others may read the store; a row that is the same as another has its rights."""
    environments = {row[3] for row in table(REAL) if row[4]}
    assert {row[1] for row in RIGHTS} == environments
    for row in RIGHTS:
        assert (DOCUMENT in row[2] or bool(SAME_AS.match(row[2]))) == bool(row[1]), row
