"""The report of a run of the acceptance suite by hand, without a release."""

from __future__ import annotations

from pathlib import Path

from seatrial import console
from seatrial.analysis.timeline import Sample
from seatrial.atomic_files import write_atomically
from seatrial.make_commands import with_instance
from seatrial.report.gather import ReportData, failures
from seatrial.report.redact import redact_report
from seatrial.report.render import render_page, render_summary
from seatrial.report.schema import AcceptanceReport, Fact, Headline, ReportedCheck
from seatrial.report.suite_report import SuiteFile, golden_photos, read_suite, report_checks
from seatrial.report.traffic import traffic
from seatrial.runtime import SYSTEM, Runtime

READ_ONLY = "The suite was run by hand; it only reads."


def write_suite_page(suite: Path, golden: Path | None) -> Path | None:
    """Write page, JSON and summary of a suite's JSON report into a directory of the same name beside it.

    `golden` is the directory of the golden photos. Returns the page, or None after a warning if it
    cannot be written.
    """
    try:
        return _write(suite, golden)
    except Exception as problem:
        console.line(f"warning: no page for {suite.name} ({type(problem).__name__}: {problem})"[:300])
        return None


def _write(suite: Path, golden: Path | None) -> Path:
    found, folder, root = read_suite(suite), suite.with_suffix(""), Path.cwd()
    # The suite records latencies, but not when it sent each request.
    samples = [Sample(0, ms, 200, "", ok=True) for ms in found.milliseconds]
    report = redact_report(_report(found, samples), root)
    data = ReportData(report, {"live": samples}, timed=False)
    write_atomically(folder / "report.json", report.model_dump_json(indent=2) + "\n")
    write_atomically(folder / "summary.md", render_summary(data))
    write_atomically(folder / "report.html", render_page(data, golden, root))
    return folder / "report.html"


def _report(found: SuiteFile, samples: list[Sample], runtime: Runtime = SYSTEM) -> AcceptanceReport:
    checks = report_checks({"live": (found.results(), found)})
    return AcceptanceReport(
        name=str(found.asked.get("url") or found.asked.get("env") or "acceptance"),
        made=runtime.now(),
        headline=_headline(checks),
        facts=_facts(found),
        checks=checks,
        photos=golden_photos({"live": found}),
        traffic=(traffic("live", samples, None),) if samples else (),
        failures=failures(checks, None),
        commands=_commands(found),
    )


def _headline(checks: tuple[ReportedCheck, ...]) -> Headline:
    found = [each.live for each in checks if each.live]
    failed = sum(each.status == "failed" for each in found)
    passed = sum(each.status == "passed" for each in found)
    missing = sum(each.status == "skipped" and each.required for each in found)
    if failed:
        return Headline(tone="bad", text=f"{failed} of {failed + passed} checks failed", why=READ_ONLY)
    if not passed:
        return Headline(tone="bad", text="No check ran", why=READ_ONLY)
    if missing:
        text = f"{passed} checks passed, {missing} required did not run"
        return Headline(tone="open", text=text, why=READ_ONLY)
    return Headline(tone="good", text=f"All {passed} checks passed", why=READ_ONLY)


def _facts(found: SuiteFile) -> tuple[Fact, ...]:
    rows = [Fact(name="Endpoint", text=str(found.asked.get("url") or found.asked.get("env") or "unknown"))]
    expected = ", ".join(found.asked.get("expect") or ())
    rows += [Fact(name="Expected", text=expected)] if expected else []
    for part, members in found.version.items():
        rows += [Fact(name=f"{part} {name}", text=str(value)) for name, value in members.items() if value]
    return tuple(rows)


def _commands(found: SuiteFile) -> tuple[Fact, ...]:
    release = str(found.version.get("app", {}).get("release") or "")
    rows = [(f"make trace WHAT={release}", "release, image, model and commit")] if release else []
    url = found.asked.get("url")
    again = f"make test-e2e URL={url}" if url else f"make test-e2e ENV={found.asked.get('env')}"
    rows.append((again, "run the suite again"))
    # A URL belongs to no instance; QA's kit has one of its own, for its reports.
    named = (lambda command: command) if url else with_instance
    return tuple(Fact(name=named(command), text=shows) for command, shows in rows)
