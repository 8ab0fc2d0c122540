"""The rules for the pipelines of Azure Pipelines that its schema cannot express."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from yaml import CSafeLoader

from unit.repository.azure_expressions import holds
from unit.repository.azure_pipelines import commands, jobs, pipeline, script, steps
from unit.repository.project import ROOT, WORKFLOWS, table_under, targets_in

PAGE = (ROOT / "docs" / "how-to" / "azure-pipelines.md").read_text()
# The workflow of GitHub with the same schedule.
SCHEDULES = {
    "azure-pipelines.yml": "nightly.yml",
    "model.yml": "model.yml",
    "heartbeat.yml": "heartbeat.yml",
    "nightly-tests.yml": "nightly-tests.yml",
    "weekly.yml": "weekly.yml",
}
# Targets that write JUnit with JUNIT=.
SUITES = {"test-unit", "test-integration", "test-e2e", "test-release", "test-nightly"}
# Set by Azure Pipelines in every run, as macros and as variables of a script.
PREDEFINED = {
    "Build.RequestedFor",
    "Build.SourcesDirectory",
    "System.AccessToken",
    "System.JobAttempt",
    "System.PullRequest.TargetBranchName",
    "System.StageAttempt",
}
OF_THE_AGENT = {"BUILD_BUILDID"}
# Commands that need the token of the run, to ask Azure DevOps or to push.
WITH_TOKEN = {"make promote ENV=production", "make propose", "make heartbeat"}
# A step runs with the default, or whatever happened before it, or after a failure.
STEP_CONDITION = re.compile(r"always\(\)|failed\(\)|and\(succeeded\(\), ne\(variables\['\w+'\], ''\)\)")


def documented() -> set[str]:
    """Return the variables that the page lists."""
    return {name for row in table_under("Variables", PAGE) for name in re.findall(r"`([A-Z_]+)`", row[0])}


def violations(root: Path) -> list[str]:
    """Return each rule that the pipelines below a directory break, with the file."""
    files = sorted((root / ".azure-pipelines").glob("*.yml"))
    found = [*of_templates(root)]
    for path in (root / "azure-pipelines.yml", *files):
        document = pipeline(path, environment="staging", why="a reason")
        rules = (of_text, of_schedule, of_stages, of_locks, of_artefacts, of_results, of_identities)
        found += [f"{path.name}: {rule}" for each in rules for rule in each(path, document)]
    return found


def of_templates(root: Path) -> Iterator[str]:
    """Yield templates that no pipeline uses, and parameters that are not declared or not used."""
    folder = root / ".azure-pipelines"
    every = [root / "azure-pipelines.yml", *folder.rglob("*.yml")]
    used = {
        name for path in every for name in re.findall(r"template: (?:.*/)?([\w-]+\.yml)", path.read_text())
    }
    yield from (
        f"{path.name} is not used" for path in (folder / "templates").glob("*.yml") if path.name not in used
    )
    for path in every:
        text = path.read_text()
        declared = {each["name"] for each in yaml.load(text, CSafeLoader).get("parameters", [])}
        asked = set(re.findall(r"\bparameters\.(\w+)", text))
        yield from (f"{path.name}: the parameter {name}" for name in sorted(declared ^ asked))


def of_text(path: Path, document: dict[str, Any]) -> Iterator[str]:
    """Yield macros and variables of scripts that nothing sets."""
    for stage, job in jobs(document):
        scopes = (document, stage, job)
        own = {each.get("name", "") for scope in scopes for each in scope.get("variables", [])}
        known = own | documented()
        for step in steps(job):
            # `$(nproc)` of a script is the shell's.
            macros = set(re.findall(r"\$\(([\w.]+)\)", repr({**step, "script": ""})))
            shell = set(re.findall(r"\$\{?([A-Z_]+)", script(step)))
            for name in sorted((macros - PREDEFINED - known) | (shell - OF_THE_AGENT - known)):
                yield f"nothing sets {name}"


def of_schedule(path: Path, document: dict[str, Any]) -> Iterator[str]:
    """Yield what differs from the schedule of the workflow at GitHub, and pushes to other branches."""
    trigger = document.get("trigger")
    if trigger != "none" and trigger["branches"] != {"include": ["main"]}:
        yield "a push to another branch starts it"
    sibling = SCHEDULES.get(path.name)
    schedules = document.get("schedules", [])
    if not sibling:
        yield from (f"an unknown schedule {each['cron']}" for each in schedules)
        return
    expected = [each["cron"] for each in yaml.safe_load((WORKFLOWS / sibling).read_text())[True]["schedule"]]
    if [each["cron"] for each in schedules] != expected:
        yield f"another schedule than {sibling}"
    for each in schedules:
        if each.get("always") != "true" or each["branches"] != {"include": ["main"]}:
            yield "a schedule that runs after a change only, or not on main alone"


def of_stages(path: Path, document: dict[str, Any]) -> Iterator[str]:
    """Yield conditions and dependencies that name what does not exist."""
    seen: list[str] = []
    for stage in document.get("stages", []):
        needs = stage.get("dependsOn", seen[-1:])
        needed = [needs] if isinstance(needs, str) else needs
        yield from (f"{stage['stage']} depends on {name}" for name in needed if name not in seen)
        variables = {"Build.Reason": "Manual", "Build.SourceBranch": "refs/heads/main"}
        try:
            holds(stage.get("condition", "succeeded()"), variables, dict.fromkeys(needed, "Succeeded"))
        except ValueError as error:
            yield f"{stage['stage']}: {error}"
        if stage["stage"].startswith("settle_") and f"settle_{needed[0]}" != stage["stage"]:
            yield f"{stage['stage']} follows {needed[0]}"
        if seen and "dependsOn" not in stage:
            yield f"{stage['stage']} waits for the stage above it without naming it"
        seen.append(stage["stage"])
    for _, job in jobs(document):
        for step in steps(job):
            if not STEP_CONDITION.fullmatch(step.get("condition", "always()")):
                yield f"a step with the condition {step['condition']}"


def of_locks(path: Path, document: dict[str, Any]) -> Iterator[str]:
    """Yield pipelines that could release twice at once, or release an older commit after a newer one."""
    released = {job.get("environment") for _, job in jobs(document)} & {"staging", "production"}
    if released and document.get("lockBehavior") != "sequential":
        yield "releases without one lock"
    for stage, job in jobs(document):
        if job.get("environment") == "production" and stage.get("lockBehavior") != "runLatest":
            yield "of several waiting promotions an older one may be last"


def of_artefacts(path: Path, document: dict[str, Any]) -> Iterator[str]:
    """Yield artefacts that are read from elsewhere than where they were, or that have one name twice."""
    every = [step for _, job in jobs(document) for step in steps(job)]
    published = [step for step in every if "publish" in step]
    names = [step["artifact"] for step in published]
    yield from (f"two artefacts {name}" for name in sorted(set(names)) if names.count(name) > 1)
    for step in published:
        if step.get("condition") and "$(System.JobAttempt)" not in step["artifact"]:
            yield f"{step['artifact']} cannot be written by a job that runs again"
    written = {step["artifact"]: step["publish"] for step in published}
    for read in [step["inputs"] for step in every if "DownloadPipeline" in step.get("task", "")]:
        source, target = written.get(read["artifactName"], "nowhere"), read["targetPath"]
        if target not in (source, str(Path(source).parent)):
            yield f"{read['artifactName']} is read to {target}, written from {source}"
    for _, job in jobs(document):
        if "deployment" in job and {"download": "none"} not in steps(job):
            yield f"{job['deployment']} downloads every artefact of the run"


def of_results(path: Path, document: dict[str, Any]) -> Iterator[str]:
    """Yield jobs whose suites write their results elsewhere than where they are shown from."""
    own = {each["name"]: each["value"] for each in document.get("variables", []) if "name" in each}
    for _, job in jobs(document):
        shown = [
            step["inputs"]["testResultsFiles"].rpartition("/")[0]
            for step in steps(job)
            if step.get("task") == "PublishTestResults@2" and step.get("condition") == "always()"
        ]
        suites = {name for line in commands(job) for name in targets_in(line) if name in SUITES}
        if shown != ([own.get("JUNIT")] if suites else []):
            yield f"the results of {', '.join(sorted(suites)) or 'no suite'} are shown from {shown}"


def of_identities(path: Path, document: dict[str, Any]) -> Iterator[str]:
    """Yield service connections, variable groups and tokens that are not those of the job's environment."""
    for stage, job in jobs(document):
        environment = job.get("environment", "")
        for step in steps(job):
            connection = step.get("inputs", {}).get("azureSubscription")
            if connection not in (None, f"seatrial-{environment or 'build'}"):
                yield f"{connection} in the environment {environment or 'of none'}"
            token = "$(System.AccessToken)" in step.get("env", {}).values()
            if token != (script(step) in WITH_TOKEN):
                yield f"the token of the run and {script(step)}"
            if "persistCredentials" in step:
                yield "git keeps the token of the run"
        groups = [each["group"] for each in stage.get("variables", []) if "group" in each]
        released = environment.removesuffix("-recovery")
        expected = ["seatrial", *([f"seatrial-{released}"] if released in ("staging", "production") else [])]
        needs_none = not environment and not any(
            "task" in step and "Azure" in step["task"] for step in steps(job)
        )
        if groups != expected and not (needs_none and not groups) and path.name != "heartbeat.yml":
            yield f"the variable groups {groups} in the environment {environment or 'of none'}"
