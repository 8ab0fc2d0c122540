"""The workflows and composite actions as data: jobs, steps, commands, expressions; of any set of files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from unit.repository.identities import LOCAL, triggers
from unit.repository.project import ROOT, targets_in

GITHUB = ROOT / ".github"
ACTION = "./.github/actions/"
# The workflows of pull requests and nightly tests release nothing.
RELEASING = ("cd.yml", "nightly.yml", "release.yml", "promote.yml", "model.yml", "rollback.yml", "resume.yml")
Body = dict[str, Any]


@dataclass(frozen=True)
class Files:
    """Workflows by the name of their file, composite actions by that of their folder."""

    workflows: Mapping[str, dict[Any, Any]]
    actions: Mapping[str, Body]

    def jobs(self, name: str) -> dict[str, Body]:
        """Return the jobs of a workflow."""
        found: dict[str, Body] = self.workflows[name]["jobs"]
        return found

    def releasing(self) -> Iterator[tuple[str, str, Body]]:
        """Yield each job of the workflows that release: workflow, name, body."""
        for name in RELEASING:
            yield from ((name, key, body) for key, body in self.jobs(name).items())

    def reachable(self, name: str) -> Iterator[tuple[str, str, Body]]:
        """Yield each job with steps that a run of a workflow may have, also in workflows that it calls."""
        for key, body in self.jobs(name).items():
            if called(body):
                yield from self.reachable(called(body)) if called(body) in self.workflows else ()
            else:
                yield name, key, body

    def roots(self) -> list[str]:
        """Return the workflows that an event other than a call starts."""
        return [
            name for name, content in self.workflows.items() if set(triggers(content)) - {"workflow_call"}
        ]

    def environment(self, name: str, body: Body) -> dict[str, str]:
        """Return the variables that a job sets, with those of its workflow."""
        return {**self.workflows[name].get("env", {}), **body.get("env", {})}


def read(texts: Mapping[str, str]) -> Files:
    """Read files by their path below `.github`."""
    parsed = {Path(path): _parsed(text) for path, text in texts.items()}
    return Files(
        {path.name: found for path, found in parsed.items() if path.parts[0] == "workflows"},
        {path.parts[1]: found for path, found in parsed.items() if path.parts[0] == "actions"},
    )


@cache
def _parsed(text: str) -> Any:
    """Return a document, which nobody may change: the same text is read once."""
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def texts() -> dict[str, str]:
    """Return the texts of the workflows and composite actions of this checkout."""
    paths = [*GITHUB.glob("workflows/*.yml"), *GITHUB.glob("actions/*/action.yml")]
    return {str(path.relative_to(GITHUB)): path.read_text() for path in sorted(paths)}


def called(body: Body) -> str:
    """Return the workflow of this repository that a job calls, or an empty string."""
    uses: str = body.get("uses", "")
    return uses.removeprefix(LOCAL) if uses.startswith(LOCAL) else ""


def steps(body: Body) -> list[Body]:
    """Return the steps of a job."""
    return list(body.get("steps", []))


def uses(step: Body, action: str) -> bool:
    """Return whether a step uses an action, in any version."""
    found: str = step.get("uses", "")
    return found.partition("@")[0] == action


def commands(body: Body) -> list[str]:
    """Return the targets that a job makes, in order."""
    return [target for step in steps(body) if "run" in step for target in targets_in(step["run"])]


def needed(jobs: Mapping[str, Body], key: str) -> list[str]:
    """Return the jobs that a job waits for, directly."""
    found = jobs[key].get("needs", [])
    return [found] if isinstance(found, str) else list(found)


def before(jobs: Mapping[str, Body], key: str) -> set[str]:
    """Return the jobs that a job waits for, directly or not."""
    direct = set(needed(jobs, key)) & set(jobs)
    return direct | {each for name in direct for each in before(jobs, name)}


def references(node: object, context: str) -> set[tuple[str, str]]:
    """Return each (name, output) that a node reads: `context.NAME.outputs.OUTPUT`."""
    return set(re.findall(rf"\b{context}\.([\w-]+)\.outputs\.([\w-]+)", repr(node)))
