"""The jobs of GitHub's workflows as contracts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from yaml import CSafeLoader

from unit.repository.expressions import evaluate
from unit.repository.identities import Start, Workflows, jobs
from unit.repository.job_contract import BRANCHES, EVENTS, RESULTS, JobContract, Situation, arguments_of
from unit.repository.project import WORKFLOWS, targets_in

TOKENS = {"GITHUB_TOKEN": "SYSTEM_ACCESSTOKEN", "GH_TOKEN": "SYSTEM_ACCESSTOKEN"}
# Of GitHub's command line, and the folder that a pipeline has for the whole job.
OWN = {"GH_REPO", "EXAMPLE"}
# The store of a pull request's own identity, which Azure Pipelines does not give to one.
OF_ANOTHER_STORE = "env.STORE != ''"


def workflows(file: str = "", text: str = "", instead: str = "") -> Workflows:
    """Read all workflows, with a text of one file replaced."""
    found = {path.name: path.read_text() for path in sorted(WORKFLOWS.glob("*.yml"))}
    if file:
        assert text in found[file]
        found[file] = found[file].replace(text, instead)
    return {name: yaml.load(content, CSafeLoader) for name, content in found.items()}


def contracts(found: Workflows, inputs: Mapping[str, str]) -> dict[str, JobContract]:
    """Return the contract of each job by `workflow.job`, for a run with these inputs."""
    return {
        f"{job.workflow.removesuffix('.yml')}.{job.name}": contract(job.body, job.starts, inputs)
        for job in jobs(found)
        if "steps" in job.body
    }


def contract(body: dict[str, Any], starts: tuple[Start, ...], inputs: Mapping[str, str]) -> JobContract:
    """Return the contract of a job."""
    steps = [step for step in body["steps"] if step.get("if") != OF_ANOTHER_STORE]
    makes = [step for step in steps if step.get("run", "").startswith("make ")]
    read = [step["with"]["name"] for step in steps if "download-artifact@" in step.get("uses", "")]
    # All steps of `settle` run, of which it is the only command.
    always = [step for step in makes if step.get("if") == "always()" and "id" not in step]
    return JobContract(
        targets=_targets(makes),
        arguments=arguments_of(step["run"] for step in makes),
        environment=_resolved(body.get("environment", ""), inputs),
        released=_resolved(_released(body, makes), inputs),
        signs_in=frozenset(_sign_ins(steps)),
        variables=frozenset(TOKENS.get(name, name) for step in makes for name in step.get("env", {})) - OWN,
        kept=frozenset(_kept(steps, always=False)),
        kept_always=frozenset(_kept(steps, always=True)),
        read=frozenset(read),
        history=any(step.get("with", {}).get("fetch-depth") == 0 for step in steps),
        minutes=body["timeout-minutes"],
        always=_targets(always),
        runs=frozenset(situation for start in starts for situation in _situations(body, start)),
    )


def _targets(makes: list[dict[str, Any]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(targets_in(step["run"])) for step in makes)


def _kept(steps: list[dict[str, Any]], *, always: bool) -> Iterator[str]:
    """Yield the paths of the artefacts that are kept whichever way the job ends, or of a successful one."""
    for step in steps:
        if "upload-artifact@" in step.get("uses", "") and (step.get("if") == "always()") == always:
            yield from (path.rstrip("/") for path in step["with"]["path"].split())


def _situations(body: dict[str, Any], start: Start) -> Iterator[Situation]:
    """Yield each event, branch and result of the job before it with which a job runs."""
    event = start.event
    for branch in BRANCHES if event in EVENTS else ():
        if _branch_starts(event, branch):
            yield from (
                (event, branch, result) for result in RESULTS if _runs(body, start, event, branch, result)
            )


def _runs(body: dict[str, Any], start: Start, event: str, branch: str, result: str) -> bool:
    """Return whether a job runs after the jobs that it needs ended with a result."""
    needs = body.get("needs", [])
    needed = [needs] if isinstance(needs, str) else needs
    values = {"github.ref": f"refs/heads/{branch}", "github.event_name": event}
    values |= {f"needs.{name}.result": result for name in needed}
    conditions = [condition for condition in start.conditions if condition]
    own = str(body.get("if", ""))
    if (needed or start.needs) and "always()" not in own and result != "success":
        return False
    return all(evaluate(condition, values) for condition in conditions)


def _branch_starts(event: str, branch: str) -> bool:
    """Return whether an event starts a run of a branch: pushes and schedules are those of main."""
    return branch == "main" or event in ("workflow_dispatch", "pull_request")


def _released(body: dict[str, Any], makes: list[dict[str, Any]]) -> str:
    typed = [word for step in makes for word in shlex.split(step["run"]) if word.startswith("ENV=")]
    return typed[0].removeprefix("ENV=") if typed else str(body.get("env", {}).get("ENV", ""))


def _sign_ins(steps: list[dict[str, Any]]) -> set[str]:
    """Return what a job signs in to: Azure, and with it the registry and the cluster."""
    given = [step["with"] for step in steps if step.get("uses", "").endswith("/azure")]
    return {name for each in given for name in ("azure", *({"registry", "cluster"} & set(each)))}


def _resolved(text: str, inputs: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: inputs[found[1]], text)
