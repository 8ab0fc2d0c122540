"""Reads the pipelines of Azure Pipelines with their templates expanded.

A stand-in for the expansion in Azure, which cannot run here: the part of it that these files use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from yaml import CSafeLoader

from unit.repository.project import ROOT

FOLDER = ROOT / ".azure-pipelines"
MAIN = ROOT / "azure-pipelines.yml"
PIPELINES = [MAIN, *sorted(FOLDER.glob("*.yml"))]
TEMPLATES = sorted((FOLDER / "templates").glob("*.yml"))
PARAMETER = re.compile(r"\$\{\{ parameters\.(\w+) \}\}")
IF = re.compile(r"\$\{\{ if (.+) \}\}")
Values = Mapping[str, Any]


def pipeline(path: Path, **given: str) -> dict[str, Any]:
    """Return a pipeline with its templates expanded, for a run with the parameters in `given`."""
    loaded = yaml.load(path.read_text(), CSafeLoader)
    parameters = {each["name"]: each.get("values", [""])[0] for each in loaded.get("parameters", [])}
    expanded: dict[str, Any] = expand(loaded, {**parameters, **given}, path.parent)
    return expanded


def expand(node: Any, values: Values, folder: Path) -> Any:
    """Return a node with parameters substituted, conditions decided and templates inserted."""
    if isinstance(node, dict):
        found: dict[str, Any] = {}
        for key, value in node.items():
            expanded = expand(value, values, folder)
            condition = IF.fullmatch(key) if isinstance(key, str) else None
            found.update(
                {key: expanded} if not condition else expanded if holds(condition[1], values) else {}
            )
        return found
    if isinstance(node, list):
        return [item for each in node for item in items_of(each, values, folder)]
    if not isinstance(node, str):
        return node
    return PARAMETER.sub(lambda match: str(values[match[1]]), node)


def items_of(item: Any, values: Values, folder: Path) -> list[Any]:
    """Return what an item of a list becomes: the items of a template or of a condition, or itself."""
    if not isinstance(item, dict):
        return [expand(item, values, folder)]
    if "template" in item:
        given = expand(item.get("parameters", {}), values, folder)
        return template(folder / item["template"], given)
    conditions = [(key, value) for key, value in item.items() if IF.fullmatch(key)]
    if conditions and isinstance(conditions[0][1], list):
        key, body = conditions[0]
        return list(expand(body, values, folder)) if holds(IF.fullmatch(key)[1], values) else []  # type: ignore[index]
    return [expand(item, values, folder)]


def template(path: Path, given: Values) -> list[Any]:
    """Return the steps or stages of a template. Raises AssertionError for a missing or unknown parameter."""
    loaded = yaml.load(path.read_text(), CSafeLoader)
    declared = {each["name"]: each.get("default") for each in loaded.get("parameters", [])}
    values = {**declared, **given}
    assert set(given) <= set(declared), f"{path.name}: unknown parameters {set(given) - set(declared)}"
    assert None not in values.values(), f"{path.name}: a parameter is missing in {given}"
    (body,) = (loaded[key] for key in ("steps", "stages") if key in loaded)
    expanded: list[Any] = expand(body, values, path.parent)
    return expanded


def holds(condition: str, values: Values) -> bool:
    """Return whether a condition of a template holds; a pull request starts the run."""
    if name := re.fullmatch(r"parameters\.(\w+)", condition):
        return str(values[name[1]]).lower() == "true"
    if found := re.fullmatch(r"(eq|ne)\(parameters\.(\w+), ''\)", condition):
        return (values[found[2]] == "") == (found[1] == "eq")
    assert condition == "eq(variables['Build.Reason'], 'PullRequest')", f"unknown condition {condition}"
    return True


def jobs(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Return each job with its stage; a pipeline without stages is one itself."""
    for stage in document.get("stages", [document]):
        for job in stage["jobs"]:
            yield stage, job


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the steps of a job or of a deployment job."""
    found: list[dict[str, Any]] = (
        job["strategy"]["runOnce"]["deploy"]["steps"] if "deployment" in job else job["steps"]
    )
    return found


def script(step: dict[str, Any]) -> str:
    """Return the command of a step, empty if it has none."""
    return str(step.get("script") or step.get("inputs", {}).get("inlineScript", ""))


def commands(job: dict[str, Any]) -> list[str]:
    """Return the make commands of a job, in order."""
    return [script(step) for step in steps(job) if script(step).startswith("make ")]
