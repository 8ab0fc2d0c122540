"""The report of a release, built from its record, the suite's reports and the recorded requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from seatrial.analysis.timeline import Sample, read_timeline, report_directory
from seatrial.errors import SeatrialError
from seatrial.kube.labels import other
from seatrial.release.record import Record
from seatrial.report.facts import live_probe_facts, next_commands, release_facts
from seatrial.report.narrative import headline, state_changes
from seatrial.report.redact import redact_report
from seatrial.report.schema import PLACES, AcceptanceReport, Failure, ReportedCheck, Where
from seatrial.report.suite_report import golden_photos, read_suite, report_checks
from seatrial.report.traffic import traffic
from seatrial.results import Check
from seatrial.runtime import SYSTEM, Runtime
from seatrial.workspace import Workspace


@dataclass(frozen=True)
class ReportInput:
    """What a report is built from.

    `began` is the record when the command began, `record` when it ended, `error` what the command
    raised. `budget` is the threshold of the 95th percentile (milliseconds), `kubectl` the start of a command.
    """

    workspace: Workspace
    began: Record
    record: Record
    namespace: str
    budget: float
    error: SeatrialError | None = None
    kubectl: str = "kubectl"

    @property
    def folder(self) -> Path:
        """The directory of the report."""
        return report_directory(self.workspace, self.record.release)

    def suite(self, where: Where) -> Path:
        """Return the path of the suite's JSON report of one place; its JUnit file is beside it."""
        return self.folder.with_name(f"{self.record.release}-{where}.json")

    def checks(self) -> dict[Where, tuple[Check, ...]]:
        """Return the checks of each place. The record has only the last ones, so `began` is used too."""
        if self.began.state != "pending":
            return {"preview": self.record.verdicts}
        changed = self.record.verdicts != self.began.verdicts
        return {"preview": self.began.verdicts, "live": self.record.verdicts if changed else ()}


@dataclass(frozen=True)
class ReportData:
    """A report and the data of its charts.

    `samples` are the requests to each place, `live_probe` those to the live address before the switch,
    `slots` the slot of each release. `timed` is False if the times of the requests are unknown.
    """

    report: AcceptanceReport
    samples: dict[Where, list[Sample]] = field(default_factory=dict)
    slots: Mapping[str, str] = field(default_factory=dict)
    live_probe: list[Sample] = field(default_factory=list)
    timed: bool = True


def gather(source: ReportInput, runtime: Runtime = SYSTEM) -> ReportData:
    """Return the report of a release. A missing file is left out of the report."""
    record, samples = source.record, _samples(source)
    live_probe = read_timeline(source.folder / "meanwhile-timeline.jsonl")
    suites = {where: read_suite(source.suite(where)) for where in PLACES}
    found = {where: (each, suites[where]) for where, each in source.checks().items()}
    checks = report_checks(found)
    report = AcceptanceReport(
        name=record.release,
        made=runtime.now(),
        headline=headline(record, source.error),
        facts=(*release_facts(record), *live_probe_facts(live_probe)),
        moments=state_changes(record),
        checks=checks,
        photos=golden_photos({where: suites[where] for where in found}),
        traffic=tuple(traffic(where, each, source.budget) for where, each in samples.items() if each),
        failures=failures(checks, source.error),
        commands=next_commands(record, source.namespace, source.kubectl),
    )
    slots = {record.release: str(record.slot), record.undone_to: str(other(record.slot))}
    return ReportData(redact_report(report, source.workspace.root), samples, slots, live_probe)


def failures(checks: tuple[ReportedCheck, ...], error: SeatrialError | None) -> tuple[Failure, ...]:
    """Return the command's error and the failed checks; checks with the same detail are one failure."""
    rows = [Failure(title=error.message, detail=error.hint, log=error.log)] if error else []
    by_cause: dict[tuple[str, str], list[str]] = {}
    for where in PLACES:
        for check in checks:
            found = getattr(check, where)
            if found and found.status == "failed":
                by_cause.setdefault((where, found.detail), []).append(check.name)
    for (place, detail), names in by_cause.items():
        count = f"{len(names)} checks, the first: " if len(names) > 1 else ""
        rows.append(Failure(title=f"{place}: {count}{names[0]}", detail=detail))
    return tuple(rows)


def _samples(source: ReportInput) -> dict[Where, list[Sample]]:
    return {where: read_timeline(source.folder / f"{where}-timeline.jsonl") for where in PLACES}
