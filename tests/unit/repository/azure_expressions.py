"""Evaluates the conditions of stages: the part of Azure Pipelines' expressions that is used here."""

from __future__ import annotations

import re
from collections.abc import Mapping

TOKEN = re.compile(r"variables\['([\w.]+)'\]|dependencies\.(\w+)\.result|'[^']*'|(\w+)(?=\()|[(),]|\s+")
FUNCTIONS = {
    "and": lambda *values: all(values),
    "or": lambda *values: any(values),
    "not": lambda value: not value,
    "eq": lambda one, other: str(one).lower() == str(other).lower(),
    "ne": lambda one, other: str(one).lower() != str(other).lower(),
    "in": lambda one, *others: str(one).lower() in [str(each).lower() for each in others],
}
SUCCESSFUL = ("Succeeded", "SucceededWithIssues")


def holds(condition: str, variables: Mapping[str, str], results: Mapping[str, str]) -> bool:
    """Return whether a stage with a condition runs.

    `results` has the result of each stage that it depends on. Raises ValueError for a function, a variable or
    a stage that is not known: a misspelt one would never be true in Azure Pipelines.
    """
    known = {
        **FUNCTIONS,
        "always": lambda: True,
        "succeeded": lambda: all(each in SUCCESSFUL for each in results.values()),
        "failed": lambda: any(each == "Failed" for each in results.values()),
    }
    python, end = "", 0
    for found in TOKEN.finditer(condition):
        variable, stage, function = found.groups()
        if found.start() != end or (function and function not in known):
            break
        end = found.end()
        values = variables if variable else results
        name = variable or stage
        if name and name not in values:
            raise ValueError(f"unknown in {condition!r}: {name}")
        python += repr(values[name]) if name else f"{function}_" if function else found.group()
    if end != len(condition):
        raise ValueError(f"unknown in {condition!r}: {condition[end : end + 20]}")
    functions = {f"{name}_": function for name, function in known.items()}
    return bool(eval(python, {"__builtins__": {}, **functions}))


def functions_in(condition: str) -> set[str]:
    """Return the functions that a condition uses."""
    return set(re.findall(r"(\w+)\(", condition))
