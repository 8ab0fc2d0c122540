"""Runs a workflow by act on this machine, and tells what each of its jobs came to."""

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

HERE = Path(__file__).parent
ACT = str(Path(sys.executable).with_name("act"))
DEADLINE = 480
# What an outer make or test run says of itself is no part of a fresh runner.
OURS = re.compile(r"SEATRIAL_|MAKE|MFLAGS|PYTEST_|GITHUB_|ACT|INSTANCE$|ENV$|STORE$|REGISTRY$|KUBECONTEXT$")


@dataclass(frozen=True)
class Run:
    """A finished run: each job's result by its name (`success`, `failure`, …), and all that was printed."""

    jobs: dict[str, str]
    log: str


@dataclass
class Runner:
    """A machine for workflows: the commit under test, its tools, and where artefacts are kept."""

    repository: Path
    venv: Path
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def calls(self) -> str:
        """What the stand-ins for Azure were asked, a line each."""
        path = self.folder / "calls"
        return path.read_text() if path.exists() else ""

    def run(self, workflow: str, event: str, payload: Mapping[str, object], **environment: str) -> Run:
        """Run a workflow of the commit under test to its end, at most DEADLINE seconds."""
        (self.folder / "event.json").write_text(json.dumps(payload))
        given = {**self.environment, **self._standins(), **environment}
        argv = [ACT, event, "-W", f".github/workflows/{workflow}", "-e", str(self.folder / "event.json")]
        argv += ["-P", "ubuntu-24.04=-self-hosted", "--json", "--no-skip-checkout", "--no-cache-server"]
        argv += ["--action-cache-path", str(self.folder / "runner")]
        argv += [
            word
            for name, path in replaced(self.repository)
            for word in ("--local-repository", f"{name}={path}")
        ]
        argv += [word for pair in self.variables.items() for word in ("--var", "=".join(pair))]
        argv += [word for pair in given.items() for word in ("--env", "=".join(pair))]
        done = subprocess.run(
            ["timeout", "-s", "INT", str(DEADLINE), *argv],
            cwd=self.repository,
            env={key: value for key, value in os.environ.items() if not OURS.match(key)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=DEADLINE + 30,
        )
        return read(done.stdout)

    def approve(self, *reviews: tuple[str, str]) -> None:
        """Let GitHub tell that these (login, environment) approved the run; nobody else did."""
        told = [
            {"state": "approved", "environments": [{"name": name}], "user": {"login": login}}
            for login, name in reviews
        ]
        (self.folder / "approvals.json").write_text(json.dumps(told))

    def _standins(self) -> dict[str, str]:
        return {
            "CI": "true",
            "NO_COLOR": "1",
            "GITHUB_RUN_ID": uuid.uuid4().hex[:12],
            "PATH": f"{HERE / 'bin'}:{os.environ['PATH']}",
            "STANDIN_REPOSITORY": str(self.repository),
            "STANDIN_VENV": str(self.venv),
            "STANDIN_ARTIFACTS": str(self.folder / "artifacts"),
            "STANDIN_CALLS": str(self.folder / "calls"),
            "STANDIN_APPROVALS": str(self.folder / "approvals.json"),
        }


def read(output: str) -> Run:
    """Tell the jobs' results from act's JSON lines; what is no JSON stays in the log alone."""
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
    return Run(jobs, "\n".join(log))


def replaced(repository: Path) -> Iterator[tuple[str, Path]]:
    """Yield each remote action that the workflows name, pinned, with its stand-in's folder."""
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
