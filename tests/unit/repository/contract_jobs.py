"""Rules: a job of a release has the environment, variables, sign-in and rights that its commands use."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from unit.repository.contract import ACTION, Body, Files, commands, steps
from unit.repository.identities import triggers
from unit.repository.project import MAKEFILE, ROOT

RELEASE = {"deploy", "accept", "promote"}
RECOVERY = {"settle", "rollback", "resume"}
CLUSTER = RELEASE | RECOVERY
STORE = {"fetch", "update"}


def environments() -> list[str]:
    """Return the environments of seatrial.toml that are not on one machine."""
    found = tomllib.loads((ROOT / "seatrial.toml").read_text())["environments"]
    return [name for name in found if name != "local"]


def of_jobs(files: Files) -> Iterator[str]:
    """Yield what is wrong with a job of the workflows that release."""
    for name, key, body in files.releasing():
        made = set(commands(body))
        problems = [*_of_environment(files, name, body, made), *_of_variables(files, name, body, made)]
        problems += _of_rights(body, made)
        yield from (f"{name} {key}: {problem}" for problem in problems)


def _environment(files: Files, name: str, body: Body) -> str:
    """Return what `ENV` is for the commands of a job that reach a cluster."""
    typed = {found for step in steps(body) for found in re.findall(r"\bENV=(\S+)", step.get("run", ""))}
    return typed.pop() if len(typed) == 1 else files.environment(name, body).get("ENV", "")


def _of_environment(files: Files, name: str, body: Body, made: set[str]) -> Iterator[str]:
    """Yield what is wrong with the GitHub environment: a reviewer must not be asked for a recovery."""
    env = _environment(files, name, body)
    wanted = env if made & RELEASE else f"{env}-recovery" if made & RECOVERY else ""
    wanted = "model" if "update" in made else wanted
    if body.get("environment", "") != wanted:
        yield f"runs in the environment {body.get('environment', '')!r}, not in {wanted!r}"
    if made & CLUSTER and env not in (*environments(), "${{ inputs.environment }}"):
        yield f"releases to {env!r}"


def _of_variables(files: Files, name: str, body: Body, made: set[str]) -> Iterator[str]:
    """Yield each variable that the commands read and the job, with access to its environment's, lacks."""
    wanted = {"STORE", "REGISTRY", "KUBECONTEXT", "HOST"} if made & CLUSTER else set[str]()
    wanted |= {"STORE"} if made & STORE else set()
    wanted |= {"REGISTRY"} if "push" in made else set()
    own = body.get("env", {})
    for variable in sorted(wanted):
        if own.get(variable) != f"${{{{ vars.{variable} }}}}":
            yield f"{variable} is not the variable of its environment"
        if f"\nifdef {variable}\n" not in MAKEFILE:
            yield f"make does not read {variable}"
    shared = files.workflows[name].get("env", {})
    yield from (
        f"{each} is shared by jobs of several environments" for each in shared if "vars." in shared[each]
    )
    if made & (CLUSTER | STORE | {"propose"}) and files.environment(name, body).get("INSTANCE") != "ci":
        yield "its results are not in the instance ci"


def _of_rights(body: Body, made: set[str]) -> Iterator[str]:
    """Yield each right that the steps of a job need and it does not have."""
    rights, used = (
        body.get("permissions", {}),
        {step.get("uses", "").partition("@")[0] for step in steps(body)},
    )
    wanted = {"contents": "read"} if "actions/checkout" in used else {}
    wanted |= {"id-token": "write"} if used & {f"{ACTION}azure", f"{ACTION}aws"} else {}
    wanted |= {"issues": "write"} if f"{ACTION}issue" in used else {}
    wanted |= {"contents": "write", "pull-requests": "write"} if "propose" in made else {}
    wanted |= {"actions": "read"} if "promote" in made else {}
    yield from (f"lacks {name}: {level}" for name, level in wanted.items() if rights.get(name) != level)


def of_inputs(files: Files) -> Iterator[str]:
    """Yield what is wrong with what a person chooses when a workflow is started by hand."""
    for name in ("rollback.yml", "resume.yml"):
        inputs = triggers(files.workflows[name])["workflow_dispatch"]["inputs"]
        if inputs["environment"].get("options") != environments():
            yield f"{name}: the environments are not those of seatrial.toml"
        if not all(each.get("required") for each in inputs.values()):
            yield f"{name}: an input may be left out"
        read = set(re.findall(r"\binputs\.(\w+)", repr(files.workflows[name])))
        if read != set(inputs):
            yield f"{name}: reads {sorted(read)} and asks for {sorted(inputs)}"
