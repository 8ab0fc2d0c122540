"""The jobs of the workflows, the identities they sign in with, and the events that start them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Workflows = Mapping[str, dict[Any, Any]]
LOCAL = "./.github/workflows/"


@dataclass(frozen=True)
class Start:
    """One way in which a job starts: the event and its filters, and each `if` between it and the job."""

    event: str
    filters: dict[str, Any]
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """A job with steps, or a call of a workflow outside this repository."""

    workflow: str
    name: str
    body: dict[str, Any]
    shared: object
    starts: tuple[Start, ...]

    @property
    def text(self) -> str:
        """Everything that the job reads, to search for expressions: its own, and the workflow's `env`."""
        return repr((self.body, self.shared))

    @property
    def where(self) -> str:
        """The name of the job in messages."""
        return f"{self.workflow} {self.name}"

    @property
    def events(self) -> set[str]:
        """The events that start the job."""
        return {start.event for start in self.starts}

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps."""
        return list(self.body.get("steps", []))

    @property
    def rights(self) -> dict[str, str]:
        """The rights of the job's GitHub token; those of the repository's settings are returned as `all`."""
        granted = self.body.get("permissions", "not limited")
        return dict(granted) if isinstance(granted, dict) else {"all": str(granted)}

    @property
    def environment(self) -> str:
        """The GitHub environment, or an empty string."""
        found = self.body.get("environment", "")
        return str(found["name"] if isinstance(found, dict) else found)

    @property
    def own_cloud(self) -> bool:
        """Whether the job releases to a local cloud that it starts itself, and can reach nothing else."""
        commands = [word for step in self.steps for word in step.get("run", "").split()]
        elsewhere = re.search(r"vars\.|STORE|REGISTRY|KUBECONTEXT", self.text)
        return "cloud" in commands and not self.identities and not elsewhere

    @property
    def sign_ins(self) -> list[dict[str, str]]:
        """The inputs of each step that signs in to Azure or AWS, by this project's actions or by others."""
        actions = re.compile(r"azure/|aws-actions/|\./\.github/actions/(?:azure|aws)", re.I)
        return [step.get("with", {}) for step in self.steps if actions.match(step.get("uses", ""))]

    @property
    def identities(self) -> set[str]:
        """The variables with the application ids and roles that the job signs in with."""
        names = ("client", "client-id", "role", "role-to-assume")
        used = [next((step[name] for name in names if name in step), "unknown") for step in self.sign_ins]
        return {name for each in used for name in re.findall(r"\w+_CLIENT_ID|\w+_ROLE\b", each) or [each]}


def triggers(workflow: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the events of a workflow with their filters; YAML 1.1 reads the key `on` as True."""
    found = workflow.get("on", workflow.get(True))
    if isinstance(found, dict):
        return {name: value or {} for name, value in found.items()}
    return {name: {} for name in ([found] if isinstance(found, str) else found)}


def starts(workflows: Workflows, name: str) -> Iterator[Start]:
    """Yield each way in which a workflow starts, by an event of its own or called by another workflow."""
    for event, filters in triggers(workflows[name]).items():
        if event != "workflow_call":
            yield Start(event, filters, ())
    for caller, workflow in workflows.items():
        for body in workflow["jobs"].values():
            if body.get("uses") == f"{LOCAL}{name}":
                for outer in starts(workflows, caller):
                    conditions = (*outer.conditions, str(body.get("if", "")))
                    yield Start(outer.event, outer.filters, conditions)


def jobs(workflows: Workflows) -> Iterator[Job]:
    """Yield every job that runs, with each way in which it starts; calls of local workflows are resolved."""
    for workflow, content in workflows.items():
        for name, body in content["jobs"].items():
            if not body.get("uses", "").startswith(LOCAL):
                own = str(body.get("if", ""))
                paths = starts(workflows, workflow)
                found = tuple(Start(s.event, s.filters, (*s.conditions, own)) for s in paths)
                yield Job(workflow, name, body, content.get("env"), found)


def table(workflows: Workflows) -> list[list[str]]:
    """Return a row for each job: workflow, job, events, GitHub environment, identity, other rights."""
    rows = []
    for job in jobs(workflows):
        granted = [f"{name}: {level}" for name, level in job.rights.items()]
        others = [f"`{right}`" for right in granted if right not in ("contents: read", "id-token: write")]
        rows.append(
            [
                job.workflow.removesuffix(".yml"),
                job.name,
                ", ".join(f"`{event}`" for event in sorted(job.events)),
                re.sub(r"\$\{\{ inputs\.environment \}\}", "ENV", job.environment),
                ", ".join(f"`{name}`" for name in sorted(job.identities)),
                ", ".join(others),
            ]
        )
    return rows
