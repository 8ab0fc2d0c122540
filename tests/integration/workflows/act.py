"""Runs a workflow with act on this machine and returns the result of each job."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from github_api import TOKEN, GitHubStandIn, review

HERE = Path(__file__).parent
ACT = str(Path(sys.executable).with_name("act"))
RUN_SECONDS = 480
# Variables of the surrounding make or test run, which a new runner does not have.
OUTER_VARIABLES = re.compile(
    r"SEATRIAL_|MAKE|MFLAGS|PYTEST_|GITHUB_|ACT|INSTANCE$|ENV$|STORE$|REGISTRY$|KUBECONTEXT$"
)


@dataclass(frozen=True)
class WorkflowRun:
    """A finished run: the result of each job by its name (`success`, `failure`, …), and the log."""

    jobs: dict[str, str]
    log: str


@dataclass
class WorkflowRunner:
    """Runs workflows of `repository` with the tools of `venv`; `folder` has artefacts, calls and log."""

    repository: Path
    venv: Path
    folder: Path
    github: GitHubStandIn
    variables: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def calls(self) -> str:
        """The calls of the stand-ins for Azure and GitHub, one a line."""
        path = self.folder / "calls"
        return path.read_text() if path.exists() else ""

    def run(
        self,
        workflow: str,
        event: str,
        payload: Mapping[str, object],
        job: str = "",
        seconds: int = RUN_SECONDS,
        **environment: str,
    ) -> WorkflowRun:
        """Run a workflow, or one job of it with those that it needs, to its end, or for `seconds` at most."""
        self.github.number = uuid.uuid4().int % 10**12
        (self.folder / "event.json").write_text(json.dumps(payload))
        environment = {**self._standin_environment(), **self.environment, **environment}
        done = subprocess.run(
            ["timeout", "-s", "INT", str(seconds), *self._command(workflow, event, environment, job)],
            cwd=self.repository,
            env={key: value for key, value in os.environ.items() if not OUTER_VARIABLES.match(key)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=seconds + 30,
        )
        with (self.folder / "log").open("a") as file:
            file.write(done.stdout)
        return parse_output(done.stdout)

    def approve(self, *reviews: tuple[str, str]) -> None:
        """Set the reviews, as (login, environment), that GitHub's API returns for the run."""
        self.github.reviews = [review(login, "approved", name) for login, name in reviews]

    def _command(self, workflow: str, event: str, environment: Mapping[str, str], job: str) -> list[str]:
        argv = [ACT, event, "-W", f".github/workflows/{workflow}", "-e", str(self.folder / "event.json")]
        argv += ["-P", "ubuntu-24.04=-self-hosted", "--json", "--no-skip-checkout", "--no-cache-server"]
        argv += ["-j", job] if job else []
        argv += ["--action-cache-path", str(self.folder / "runner")]
        for name, path in standin_actions(self.repository):
            argv += ["--local-repository", f"{name}={path}"]
        for pair in self.variables.items():
            argv += ["--var", "=".join(pair)]
        for pair in environment.items():
            argv += ["--env", "=".join(pair)]
        return [*argv, "-s", f"GITHUB_TOKEN={TOKEN}"]

    def _standin_environment(self) -> dict[str, str]:
        return {
            "CI": "true",
            "NO_COLOR": "1",
            "GITHUB_RUN_ID": str(self.github.number),
            "GITHUB_REPOSITORY": "owner/name",
            "GITHUB_API_URL": self.github.url,
            "PATH": f"{HERE / 'bin'}:{os.environ['PATH']}",
            "STANDIN_REPOSITORY": str(self.repository),
            "STANDIN_VENV": str(self.venv),
            "STANDIN_ARTIFACTS": str(self.folder / "artifacts"),
            "STANDIN_CALLS": str(self.folder / "calls"),
        }


def parse_output(output: str) -> WorkflowRun:
    """Return the run that act's JSON lines describe; other lines are only in the log."""
    jobs: dict[str, str] = {}
    log: list[str] = []
    for line in output.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            entry = {"msg": line}
        log.append(f"{entry.get('jobID', '')}: {entry.get('msg', '').rstrip()}")
        if "jobResult" in entry:
            jobs[entry["jobID"]] = entry["jobResult"]
    return WorkflowRun(jobs, "\n".join(log))


def standin_actions(repository: Path) -> Iterator[tuple[str, Path]]:
    """Yield each remote action of the workflows, with its version, and the folder of its stand-in."""
    names = set()
    for path in sorted((repository / ".github").rglob("*.yml")):
        names |= set(_uses(yaml.safe_load(path.read_text())))
    for name in sorted(name for name in names if not name.startswith("./")):
        action = name.partition("@")[0].removeprefix("actions/").replace("/", "-")
        yield name, HERE / "actions" / action


def _uses(node: object) -> Iterator[str]:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and isinstance(node.get("uses"), str):
        yield node["uses"]
    for child in children:
        yield from _uses(child)
