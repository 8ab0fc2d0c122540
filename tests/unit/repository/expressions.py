"""Evaluates the conditions of jobs: the part of GitHub's expressions that this repository's workflows use."""

from __future__ import annotations

import re
from collections.abc import Mapping

TOKEN = re.compile(
    r"needs\.\*\.result|(?:needs|github|inputs)(?:\.[\w-]+)+|'[^']*'|\w+(?=\()|&&|\|\||!=|==|[()!,]|\s+"
)


STATUS = re.compile(r"\b(?:always|failure|cancelled|success)\(\)")


def starts(condition: str, values: Mapping[str, str]) -> bool:
    """Return whether a job starts: without a status function only if every job that it needs succeeded."""
    ended = [values[name] for name in values if name.startswith("needs.") and name.endswith(".result")]
    if not STATUS.search(condition) and set(ended) - {"success"}:
        return False
    return not condition or evaluate(condition, values)


def evaluate(condition: str, values: Mapping[str, str]) -> bool:
    """Return whether a job with this condition runs; a value that is not given is an empty string.

    Raises ValueError for a part of an expression that is not known here.
    """
    results = [
        value for name, value in values.items() if name.startswith("needs.") and name.endswith(".result")
    ]
    words = {"&&": "and", "||": "or", "!": "not ", "needs.*.result": repr(results)}
    python, end = "", 0
    for found in TOKEN.finditer(condition):
        if found.start() != end:
            break
        end, text = found.end(), found.group()
        name = re.match(r"(?:needs|github|inputs)\.", text)
        python += words.get(text) or (repr(values.get(text, "")) if name else " " if text.isspace() else text)
    if end != len(condition):
        raise ValueError(f"unknown in {condition!r}: {condition[end : end + 20]}")
    known = {"__builtins__": {}, "always": lambda: True, "contains": lambda items, item: item in items}
    return bool(eval(python, known))
