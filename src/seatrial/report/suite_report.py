"""The acceptance suite's JSON report, and the checks and photos in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seatrial.check_result import Check, Status
from seatrial.report.schema import CheckStatus, GoldenPhoto, GoldenPrediction, ReportedCheck, Where

WORST_FIRST: tuple[Status, ...] = ("failed", "not judged")


@dataclass(frozen=True)
class SuiteFile:
    """The report of one run of the suite, with the rows as the suite wrote them.

    `declared` are the collected tests, `checks` those that ran, `skipped` those that were skipped.
    """

    declared: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    golden: list[dict[str, Any]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    version: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: dict[str, Any] = field(default_factory=dict)

    def results(self) -> tuple[Check, ...]:
        """Return the checks that ran."""
        return tuple(
            Check(name=str(r["name"]), passed=bool(r["passed"]), detail=str(r.get("detail", "")))
            for r in self.checks
        )

    def not_run(self) -> Iterator[dict[str, Any]]:
        """Return a row for each skipped check and each declared test without a result."""
        yield from self.skipped
        known = {row.get("test") for row in (*self.checks, *self.skipped)}
        for row in self.declared:
            if row.get("test") not in known:
                yield {**row, "detail": "did not run"}


def read_suite(path: Path) -> SuiteFile:
    """Return the report of a run of the suite; an empty one if the file is missing or not valid."""
    try:
        body = json.loads(path.read_text())
        return SuiteFile(**{name: body[name] for name in SuiteFile.__dataclass_fields__ if name in body})
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return SuiteFile()


def report_checks(found: dict[Where, tuple[tuple[Check, ...], SuiteFile]]) -> tuple[ReportedCheck, ...]:
    """Return each check once with its result in each place.

    Failed ones come first, then those that were not judged; skipped ones are last.
    """
    by_name: dict[str, dict[Where, CheckStatus]] = {}
    for where, (checks, suite) in found.items():
        for name, status in _statuses(checks, suite.not_run()).items():
            by_name.setdefault(name, {})[where] = status
    rows = [
        ReportedCheck(name=name, preview=each.get("preview"), live=each.get("live"))
        for name, each in by_name.items()
    ]
    return tuple(sorted(rows, key=_rank))


def golden_photos(suites: dict[Where, SuiteFile]) -> tuple[GoldenPhoto, ...]:
    """Return each golden photo once, with its prediction in each place."""
    rows: dict[str, GoldenPhoto] = {}
    for where, suite in suites.items():
        for row in suite.golden:
            file = str(row["photo"])
            known = rows.get(file) or GoldenPhoto(
                file=file, expected=str(row["expected"]), least=float(row["min_probability"])
            )
            rows[file] = known.model_copy(update={where: _prediction(row)})
    return tuple(rows.values())


def _prediction(row: dict[str, Any]) -> GoldenPrediction:
    label, probability = str(row["label"]), float(row["probability"])
    right = label == row["expected"] and probability >= float(row["min_probability"])
    return GoldenPrediction(label=label, probability=probability, right=right)


def _statuses(checks: Iterable[Check], not_run: Iterable[dict[str, Any]]) -> dict[str, CheckStatus]:
    cases: dict[str, list[Check]] = {}
    for check in checks:
        cases.setdefault(check.name, []).append(check)
    found = {name: _status(each) for name, each in cases.items()}
    for row in not_run:
        reason = str(row.get("detail", "")).removeprefix("Skipped: ")
        required = bool(row.get("required", False))
        skipped = CheckStatus(status="skipped", cases=0, detail=reason, required=required)
        found.setdefault(str(row["name"]), skipped)
    return found


def _status(cases: list[Check]) -> CheckStatus:
    found = {case.status for case in cases}
    status: Status = next((each for each in WORST_FIRST if each in found), "passed")
    reasons = [case.reason for case in cases if case.status == status != "passed"]
    detail = "; ".join(dict.fromkeys(reasons)) if reasons else (cases[0].detail if len(cases) == 1 else "")
    return CheckStatus(status=status, cases=len(cases), detail=detail)


def _rank(check: ReportedCheck) -> int:
    statuses = {each.status for each in (check.preview, check.live) if each}
    for rank, status in enumerate(WORST_FIRST):
        if status in statuses:
            return rank
    return 3 if statuses == {"skipped"} else 2
