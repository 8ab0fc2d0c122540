"""What the acceptance suite left: its JSON reports, read with patience for what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seatrial.report.schema import Answered, Golden, Outcome, Promise, Where
from seatrial.results import Check


@dataclass(frozen=True)
class SuiteFile:
    """One run of the suite: rows as it wrote them."""

    promises: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    golden: list[dict[str, Any]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    version: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: dict[str, Any] = field(default_factory=dict)

    def verdicts(self) -> tuple[Check, ...]:
        """Return a verdict a row."""
        return tuple(
            Check(name=str(r["name"]), passed=bool(r["passed"]), detail=str(r.get("detail", "")))
            for r in self.promises
        )


def read_suite(path: Path) -> SuiteFile:
    """Return what a run of the suite wrote; nothing where it wrote nothing that can be read."""
    try:
        body = json.loads(path.read_text())
        return SuiteFile(**{name: body[name] for name in SuiteFile.__dataclass_fields__ if name in body})
    except (OSError, ValueError, TypeError, LookupError):
        return SuiteFile()


def promises(found: dict[Where, tuple[tuple[Check, ...], SuiteFile]]) -> tuple[Promise, ...]:
    """Return every promise once, broken ones first, with what came of it in each place."""
    outcomes: dict[str, dict[Where, Outcome]] = {}
    for where, (verdicts, suite) in found.items():
        for name, outcome in _outcomes(verdicts, suite.skipped).items():
            outcomes.setdefault(name, {})[where] = outcome
    rows = [
        Promise(name=name, preview=each.get("preview"), live=each.get("live"))
        for name, each in outcomes.items()
    ]
    return tuple(sorted(rows, key=lambda row: not _broken(row)))


def photos(suites: dict[Where, SuiteFile]) -> tuple[Golden, ...]:
    """Return every golden photo once, with what it was taken for in each place."""
    rows: dict[str, Golden] = {}
    for where, suite in suites.items():
        for row in suite.golden:
            file = str(row["photo"])
            known = rows.get(file) or Golden(
                file=file, expected=str(row["expected"]), least=float(row["min_probability"])
            )
            rows[file] = known.model_copy(update={where: _answered(row)})
    return tuple(rows.values())


def _answered(row: dict[str, Any]) -> Answered:
    label, probability = str(row["label"]), float(row["probability"])
    right = label == row["expected"] and probability >= float(row["min_probability"])
    return Answered(label=label, probability=probability, right=right)


def _outcomes(verdicts: Iterable[Check], skipped: Iterable[dict[str, Any]]) -> dict[str, Outcome]:
    cases: dict[str, list[Check]] = {}
    for verdict in verdicts:
        cases.setdefault(verdict.name, []).append(verdict)
    found = {name: _outcome(each) for name, each in cases.items()}
    for row in skipped:
        reason = str(row.get("detail", "")).removeprefix("Skipped: ")
        found.setdefault(str(row["name"]), Outcome(word="not asked", cases=0, detail=reason))
    return found


def _outcome(cases: list[Check]) -> Outcome:
    broken = [case.detail for case in cases if not case.passed]
    detail = "; ".join(dict.fromkeys(broken)) if broken else (cases[0].detail if len(cases) == 1 else "")
    return Outcome(word="broken" if broken else "kept", cases=len(cases), detail=detail)


def _broken(promise: Promise) -> bool:
    return any(each is not None and each.word == "broken" for each in (promise.preview, promise.live))
