"""A stand-in for Azure Pipelines: expands a pipeline, and runs the steps of its jobs on this machine.

It has conditions, macros, artefacts and the variables that the pipelines of this repository use. It has
neither approvals nor locks, and enforces no deadline of a job.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from integration.workflows.act import HERE, OUTER_VARIABLES, RUN_SECONDS
from unit.repository.azure_expressions import holds
from unit.repository.azure_pipelines import pipeline as expanded
from unit.repository.azure_pipelines import script, steps

MACRO = re.compile(r"\$\(([\w.]+)\)")
FAILED = "Failed"
SUCCEEDED = "Succeeded"
# Done by the service or the image of its agent, or shown on its page only.
WITHOUT_A_COMMAND = ("KubeloginInstaller@0", "PublishTestResults@2")


@dataclass
class AzureAgent:
    """Runs the pipelines of the repository at `remote`; `folder` has clones, artefacts and the calls of `az`.

    `groups` has the variables of each variable group, `secrets` the values of macros that no step has as a
    variable unless it is mapped.
    """

    remote: str
    venv: Path
    folder: Path
    environment: Mapping[str, str]
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    log: str = ""
    scripts: list[str] = field(default_factory=list)

    def run(self, path: Path, reason: str = "Manual", branch: str = "main", **given: str) -> dict[str, str]:
        """Run a pipeline and return the result of each stage."""
        document = expanded(path, **given)
        shutil.rmtree(self.folder / "artifacts", ignore_errors=True)
        variables = {"Build.Reason": reason, "Build.SourceBranch": f"refs/heads/{branch}"}
        results: dict[str, str] = {}
        for stage in document["stages"]:
            needed = [stage["dependsOn"]] if isinstance(stage.get("dependsOn"), str) else []
            before = {name: results[name] for name in needed}
            runs = holds(stage.get("condition", "succeeded()"), variables, before)
            done = [self._job(document, stage, job, variables) for job in stage["jobs"]] if runs else []
            results[stage["stage"]] = "Skipped" if not runs else FAILED if FAILED in done else SUCCEEDED
        return results

    def artifact(self, name: str) -> Path:
        """Return the folder of an artefact of the last run."""
        return self.folder / "artifacts" / name

    def _job(self, document: Any, stage: Any, job: Any, variables: Mapping[str, str]) -> str:
        given = {
            name: value
            for scope in (document, stage, job)
            for each in scope.get("variables", [])
            for name, value in (
                self.groups.get(each["group"], {}).items()
                if "group" in each
                else [(each["name"], each["value"])]
            )
        }
        predefined = {
            **variables,
            "System.StageName": stage["stage"],
            "System.StageAttempt": "1",
            "System.JobAttempt": "1",
        }
        result = SUCCEEDED
        for step in steps(job):
            condition = step.get("condition", "succeeded()")
            if holds(condition, {**predefined, **_every(condition, given)}, {"": result}):
                done = self._step(step, given, predefined)
                if not done and step.get("continueOnError") != "true":
                    result = FAILED
        return result

    def _step(self, step: Any, given: Mapping[str, str], predefined: Mapping[str, str]) -> bool:
        """Run one step and return whether it succeeded."""
        work = self.folder / "work"
        if "checkout" in step:
            return self._check_out(work)
        if "publish" in step:
            return _copy(work / step["publish"], self.artifact(self._value(step["artifact"], predefined)))
        if step.get("task") == "DownloadPipelineArtifact@2":
            inputs = step["inputs"]
            return _copy(self.artifact(inputs["artifactName"]), work / inputs["targetPath"])
        if not script(step):
            assert step == {"download": "none"} or step["task"] in WITHOUT_A_COMMAND, step
            return True
        mapped = {
            name: self._value(value, {**predefined, **given}) for name, value in step.get("env", {}).items()
        }
        self.scripts.append(script(step))
        return self._bash(script(step), work, {**_named({**predefined, **given}), **mapped})

    def _check_out(self, work: Path) -> bool:
        """Clone main without a branch, as an agent does, and link the virtual environment."""
        shutil.rmtree(work, ignore_errors=True)
        lines = (
            f"git clone -q '{self.remote}' {work} && cd {work} && git checkout -q --detach origin/main",
            f"ln -s {self.venv} .venv && echo .venv >> .git/info/exclude",
            "touch -r .venv/.installed pyproject.toml requirements/*",
        )
        return self._bash(" && ".join(lines), self.folder, {})

    def _bash(self, line: str, folder: Path, variables: Mapping[str, str]) -> bool:
        outer = {name: value for name, value in os.environ.items() if not OUTER_VARIABLES.match(name)}
        agent = {
            "TF_BUILD": "True",
            "PATH": f"{HERE / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": f"{folder}/src",
        }
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            env={**outer, **self.environment, **agent, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        self.log += f"{line}\n{done.stdout}"
        return done.returncode == 0

    def _value(self, text: str, known: Mapping[str, str]) -> str:
        """Return a text with its macros; one that is not known stays as it is."""
        values = {**known, **self.secrets}
        return MACRO.sub(lambda found: values.get(found[1], found[0]), text)


def _named(variables: Mapping[str, str]) -> dict[str, str]:
    """Return variables by the names that they have in a step."""
    return {name.upper().replace(".", "_"): value for name, value in variables.items()}


def _every(condition: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a condition asks for; empty if nothing sets them."""
    return {name: given.get(name, "") for name in re.findall(r"variables\['(\w+)'\]", condition)}


def _copy(source: Path, target: Path) -> bool:
    """Copy a file or the contents of a folder into a folder."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.is_file():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    return source.exists()
