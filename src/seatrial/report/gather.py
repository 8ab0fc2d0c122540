"""Everything that a release left behind, put together: its record, the suite's reports, the requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from seatrial.analysis.timeline import Sample, read_timeline, report_directory
from seatrial.errors import SeatrialError
from seatrial.kube.labels import other
from seatrial.release.record import Record
from seatrial.report.facts import commands, facts, users
from seatrial.report.narrative import headline, moments
from seatrial.report.redact import redacted
from seatrial.report.schema import PLACES, Failure, Promise, Report, Where
from seatrial.report.suite_report import photos, promises, read_suite
from seatrial.report.traffic import traffic
from seatrial.results import Check
from seatrial.workspace import Workspace


@dataclass(frozen=True)
class Evidence:
    """What a report is made of: `began` is the record as the command found it, `record` as it left it."""

    workspace: Workspace
    began: Record
    record: Record
    namespace: str
    budget: float
    error: SeatrialError | None = None

    @property
    def folder(self) -> Path:
        """Where the report goes."""
        return report_directory(self.workspace, self.record.release)

    def suite(self, where: Where) -> Path:
        """Return what the suite wrote of one place; JUnit is beside it."""
        return self.folder.with_name(f"{self.record.release}-{where}.json")

    def verdicts(self) -> dict[Where, tuple[Check, ...]]:
        """Return the verdicts of each place: the record keeps the last ones given."""
        if self.began.state != "pending":
            return {"preview": self.record.verdicts}
        given = self.record.verdicts != self.began.verdicts
        return {"preview": self.began.verdicts, "live": self.record.verdicts if given else ()}


@dataclass(frozen=True)
class Gathered:
    """A report, and what its drawings need beside it; `timed`: it is known when each request was sent.

    `meanwhile` is what users were answered while the candidate was tried.
    """

    report: Report
    answers: dict[Where, list[Sample]] = field(default_factory=dict)
    slots: Mapping[str, str] = field(default_factory=dict)
    meanwhile: list[Sample] = field(default_factory=list)
    timed: bool = True


def gather(evidence: Evidence) -> Gathered:
    """Return the report on a release, from what is there; what is missing is left out."""
    record, answers = evidence.record, _answers(evidence)
    meanwhile = read_timeline(evidence.folder / "meanwhile-timeline.jsonl")
    suites = {where: read_suite(evidence.suite(where)) for where in PLACES}
    found = {where: (each, suites[where]) for where, each in evidence.verdicts().items()}
    asked = promises(found)
    report = Report(
        name=record.release,
        made=datetime.now(UTC),
        headline=headline(record, evidence.error),
        facts=(*facts(record), *users(meanwhile)),
        moments=moments(record),
        promises=asked,
        photos=photos({where: suites[where] for where in found}),
        traffic=tuple(traffic(where, each, evidence.budget) for where, each in answers.items() if each),
        failures=failures(asked, evidence.error),
        commands=commands(record, evidence.namespace),
    )
    slots = {record.release: str(record.slot), record.previous: str(other(record.slot))}
    return Gathered(clean(report, evidence.workspace.root), answers, slots, meanwhile)


def failures(asked: tuple[Promise, ...], error: SeatrialError | None) -> tuple[Failure, ...]:
    """Return what went wrong: how the command ended, then broken promises, those of one cause together."""
    rows = [Failure(title=error.message, detail=error.hint, log=error.log)] if error else []
    causes: dict[tuple[str, str], list[str]] = {}
    for where in PLACES:
        for promise in asked:
            outcome = getattr(promise, where)
            if outcome and outcome.word == "broken":
                causes.setdefault((where, outcome.detail), []).append(promise.name)
    for (place, detail), names in causes.items():
        many = f"{len(names)} promises, the first: " if len(names) > 1 else ""
        rows.append(Failure(title=f"{place}: {many}{names[0]}", detail=detail))
    return tuple(rows)


def clean(report: Report, root: Path) -> Report:
    """Return the report with every text in it free of secrets and of this machine's paths."""
    return Report.model_validate(_cleaned(report.model_dump(), root))


def _cleaned(value: object, root: Path) -> object:
    if isinstance(value, str):
        return redacted(value, root)
    if isinstance(value, dict):
        return {_cleaned(name, root): _cleaned(each, root) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_cleaned(each, root) for each in value)
    return value


def _answers(evidence: Evidence) -> dict[Where, list[Sample]]:
    return {where: read_timeline(evidence.folder / f"{where}-timeline.jsonl") for where in PLACES}
