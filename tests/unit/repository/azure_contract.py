"""The jobs of Azure Pipelines as contracts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from unit.repository.azure_expressions import holds
from unit.repository.azure_pipelines import commands, jobs, pipeline, script, steps
from unit.repository.job_contract import BRANCHES, EVENTS, RESULTS, JobContract, Situation, arguments_of
from unit.repository.project import targets_in

# Set for a command of every stage that has them; GitHub's jobs get the same from their environment.
OF_BOTH = {"SEATRIAL_MODEL__BASE_BRANCH", "GH_TOKEN"}
ATTEMPT = re.compile(r"-\$\(System\.\w+Attempt\)")


def contracts(path: Path, given: Mapping[str, str]) -> dict[str, JobContract]:
    """Return the contract of each job of a pipeline by `stage.job`, for a run with these parameters."""
    document = pipeline(path, **given)
    return {
        f"{stage.get('stage', job.get('job'))}.{job.get('job') or job['deployment']}": contract(
            document, stage, job
        )
        for stage, job in jobs(document)
    }


def contract(document: dict[str, Any], stage: dict[str, Any], job: dict[str, Any]) -> JobContract:
    """Return the contract of a job."""
    every = steps(job)
    makes = [step for step in every if script(step).startswith("make ")]
    published = [step for step in every if "publish" in step]
    successful = {step["publish"] for step in published if "condition" not in step}
    failed = {step["publish"] for step in published if step.get("condition") == "failed()"}
    always = {step["publish"] for step in published if step.get("condition") == "always()"}
    return JobContract(
        targets=tuple(tuple(targets_in(line)) for line in commands(job)),
        arguments=arguments_of(commands(job)),
        environment=job.get("environment", ""),
        released=_released(job, makes),
        signs_in=frozenset(_sign_ins(every)),
        variables=frozenset(name for step in makes for name in step.get("env", {})) - OF_BOTH,
        kept=frozenset(successful - failed),
        kept_always=frozenset(always | successful & failed),
        read=frozenset(
            step["inputs"]["artifactName"] for step in every if "DownloadPipeline" in step.get("task", "")
        ),
        history=any(step.get("fetchDepth") == "0" for step in every if "checkout" in step),
        minutes=int(job["timeoutInMinutes"]),
        always=tuple(
            tuple(targets_in(script(step))) for step in makes if step.get("condition") == "always()"
        ),
        runs=frozenset(_runs(document, stage)),
    )


def _runs(document: dict[str, Any], stage: dict[str, Any]) -> set[Situation]:
    """Return each event, branch and result of the stage before with which a stage runs."""
    return {
        (event, branch, result)
        for event, reason in EVENTS.items()
        for branch in BRANCHES
        for result, ended in RESULTS.items()
        if _starts(document, event, branch) and _stage_runs(document, stage, reason, branch, ended)
    }


def _stage_runs(
    document: dict[str, Any], stage: dict[str, Any], reason: str, branch: str, ended: str
) -> bool:
    """Return whether a stage runs after the stage that it depends on ended with a result.

    A stage that waits for one whose own condition does not hold finds it skipped.
    """
    needs = stage.get("dependsOn", [])
    needed = [needs] if isinstance(needs, str) else needs
    variables = {"Build.Reason": reason, "Build.SourceBranch": f"refs/heads/{branch}"}
    every = {each["stage"]: each for each in document.get("stages", []) if "stage" in each}
    for name in needed:
        runs = any(_stage_runs(document, every[name], reason, branch, each) for each in RESULTS.values())
        if runs == (ended == "Skipped"):
            return False
    return holds(stage.get("condition", "succeeded()"), variables, dict.fromkeys(needed, ended))


def _starts(document: dict[str, Any], event: str, branch: str) -> bool:
    """Return whether an event starts a run of a branch."""
    # Every pipeline can be started by hand; that of pull requests tests a branch then, and has no rights.
    if event in ("workflow_dispatch", "pull_request"):
        return (document.get("pr", "none") != "none") == (event == "pull_request")
    key = {"push": document.get("trigger"), "schedule": (document.get("schedules") or [None])[0]}[event]
    return isinstance(key, dict) and branch in key["branches"]["include"]


def _released(job: dict[str, Any], makes: list[dict[str, Any]]) -> str:
    typed = [word for step in makes for word in shlex.split(script(step)) if word.startswith("ENV=")]
    own = [each["value"] for each in job.get("variables", []) if each["name"] == "ENV"]
    return typed[0].removeprefix("ENV=") if typed else "".join(own)


def _sign_ins(every: list[dict[str, Any]]) -> set[str]:
    azure = [script(step) for step in every if step.get("task", "").startswith("AzureCLI@")]
    parts = {"registry": "az acr login", "cluster": "az aks get-credentials"}
    signed_in = {name for name, command in parts.items() if any(line.startswith(command) for line in azure)}
    return {*signed_in, "azure"} if azure else set()
