"""The rules that keep the identities of main away from the code of a pull request or another branch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from unit.repository.identities import Job, Workflows, jobs

MAIN = "github.ref == 'refs/heads/main'"
# Beside a pull request's, these run code of main; a manual run of another branch is excluded by MAIN.
EVENTS = {"pull_request", "push", "schedule", "workflow_dispatch"}
# It runs main too; what it sends may be anything.
STORE_EVENT = ("model.yml", "repository_dispatch")
# `heartbeat` opens and closes its issue itself; it runs no code but its own.
REPORTING = {"make setup", "make heartbeat"}
# The commands of a job that may push. They run no model.
PUSHING = {"make setup", "make propose"}
# A run of main whose packages nobody has reviewed could write what this reads.
CACHING = re.compile(r"\./\.github/actions/setup|actions/cache")
HOSTED = "ubuntu-24.04"
# A private cluster is reached from its own network only.
CLUSTER_RUNNER = "${{ vars.CLUSTER_RUNNER || 'ubuntu-24.04' }}"
PULL_REQUEST_IDENTITY = "AZURE_PR_CLIENT_ID"
PULL_REQUEST_ROLE = "AWS_PR_ROLE"
# What an action that signs in does beside signing in is possible with a registry or a cluster only.
PULL_REQUEST_INPUTS = {"client", "tenant", "subscription", "role", "region"}
PULL_REQUEST_RIGHTS = {"contents": "read", "id-token": "write"}
OTHER_IDENTITIES = re.compile(
    r"AZURE_(?!PR_)\w*CLIENT_ID|AWS_(?!PR_)\w*ROLE|\bsecrets\b|toJSON(?!\(needs\))|\b(?:vars|github)\s*\[",
    re.I,
)


def violations(workflows: Workflows) -> list[str]:
    """Return each rule that a set of workflows breaks, with the job that breaks it."""
    found = [rule for name, content in workflows.items() for rule in calls(name, content)]
    for job in jobs(workflows):
        broken = [
            *of_events(job),
            *of_every_job(job),
            *of_a_push(job),
            *(of_a_pull_request(job) if "pull_request" in job.events else of_main(job)),
        ]
        found += [f"{job.where}: {rule}" for rule in broken]
    return found


def calls(name: str, content: dict[Any, Any]) -> Iterator[str]:
    """Yield the rules that the calls of other workflows break."""
    if content.get("permissions") != {}:
        yield f"{name}: grants rights to all its jobs"
    for job, body in content["jobs"].items():
        if body.get("secrets") == "inherit":
            yield f"{name} {job}: passes all secrets on"
        if "uses" in body and not body["uses"].startswith("./"):
            yield f"{name} {job}: calls a workflow of another repository"


def of_events(job: Job) -> Iterator[str]:
    """Yield the rules for what starts a job that this one breaks."""
    for event in sorted(job.events - EVENTS):
        if (job.workflow, event) != STORE_EVENT:
            yield f"{event} can run code of a pull request with the rights of main"
    if "client_payload" in job.text:
        yield "reads what an event sent"


def of_every_job(job: Job) -> Iterator[str]:
    """Yield the rules for all jobs that this one breaks."""
    if "all" in job.rights:
        yield "the rights of its token are not limited"
    if job.rights.get("id-token") == "write" and not job.identities:
        yield "may sign in and has no identity"
    commands = {step["run"] for step in job.steps if "run" in step}
    if job.rights.get("issues") == "write" and (job.identities or job.environment or commands - REPORTING):
        yield "writes issues and does something else"
    if privileged(job) and CACHING.search(repr(job.steps)):
        yield "reads a cache that other jobs write, and has rights"
    allowed = {HOSTED, CLUSTER_RUNNER} if "AKS_CLUSTER" in job.text else {HOSTED}
    if job.body.get("runs-on") not in allowed:
        yield "runs on a machine that other jobs may have changed"


def of_a_push(job: Job) -> Iterator[str]:
    """Yield the rules for a job that may push to the repository that it breaks."""
    if job.rights.get("contents") != "write":
        return
    commands = {step["run"]: repr(step.get("env", "")) for step in job.steps if "run" in step}
    if job.identities or job.environment or not set(commands) <= PUSHING:
        yield "may push and does something else"
    shared = repr((job.body.get("env"), job.shared))
    tokens = [env for run, env in commands.items() if run != "make propose"]
    if any("token" in env.lower() for env in (shared, *tokens)):
        yield "has the token to push where it does something else"


def of_a_pull_request(job: Job) -> Iterator[str]:
    """Yield the rules for code of a pull request that a job breaks."""
    for identity in sorted(job.identities - {PULL_REQUEST_IDENTITY, PULL_REQUEST_ROLE}):
        yield f"a pull request signs in as {identity}"
    if job.environment:
        yield f"a pull request runs in the environment {job.environment}"
    if not job.rights.items() <= PULL_REQUEST_RIGHTS.items():
        yield "a pull request has more rights than to read and to sign in"
    if OTHER_IDENTITIES.search(job.text):
        yield "a pull request can read another identity or a secret"
    if any(set(inputs) - PULL_REQUEST_INPUTS for inputs in job.sign_ins):
        yield "a pull request signs in to the registry or the cluster"
    if len(job.events) > 1:
        yield "a pull request shares a job with other events"


def of_main(job: Job) -> Iterator[str]:
    """Yield the rules for code of main, with its identities, that a job breaks."""
    for start in job.starts:
        if start.event == "push" and start.filters != {"branches": ["main"]}:
            yield "a push to another branch than main starts it"
        if start.event == "workflow_dispatch" and privileged(job) and not guarded(start.conditions):
            yield "a manual run of another branch starts it"
    if PULL_REQUEST_IDENTITY in job.text or PULL_REQUEST_ROLE in job.text:
        yield "uses the identity of pull requests"
    for step in job.steps:
        action, inputs = step.get("uses", ""), set(step.get("with", {}))
        if action.startswith("actions/checkout@") and inputs & {"ref", "repository"}:
            yield "checks out another commit than the one that started it"
        if action.startswith("actions/download-artifact@") and inputs & {"run-id", "repository"}:
            yield "uses the artefact of another run"


def privileged(job: Job) -> bool:
    """Return whether a job has more than the right to read the repository."""
    return bool(job.identities or job.environment or "secrets" in job.text) or job.rights != {
        "contents": "read"
    }


def guarded(conditions: tuple[str, ...]) -> bool:
    """Return whether one of the conditions excludes every branch but main."""
    return any(
        "||" not in top and MAIN in [part.strip() for part in top.split("&&")]
        for top in map(without_parentheses, conditions)
    )


def without_parentheses(condition: str) -> str:
    """Return a condition without what is in parentheses."""
    shorter = re.sub(r"\([^()]*\)", "", condition)
    return shorter if shorter == condition else without_parentheses(shorter)
