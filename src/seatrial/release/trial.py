"""Suite and load on a release: on its preview address, and on the live address while it bakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imagemodel.golden import GoldenSet
from seatrial import console
from seatrial.analysis.baseline import Baseline
from seatrial.analysis.comparison import Tolerances
from seatrial.analysis.endpoint_check import EndpointCheck
from seatrial.analysis.load import LoadPlan
from seatrial.analysis.load_result import LoadResult
from seatrial.analysis.suite import Endpoint, Expectation, SuiteRequest, suite_seconds
from seatrial.analysis.thresholds import Thresholds
from seatrial.analysis.timeline import report_directory
from seatrial.release.preview_path import PreviewPath
from seatrial.release.record import Record
from seatrial.release.target import Target
from seatrial.results import Check

LATENCY_NOT_JUDGED = "the preview path goes through the API server"


@dataclass(frozen=True)
class TrialResult:
    """The checks on a release, and the end of the suite's log."""

    checks: tuple[Check, ...]
    log: str = ""

    @property
    def failure(self) -> str:
        """The first failed check with its detail and the number of others, or an empty string."""
        failed = [f"{each.name}: {each.detail}" for each in self.checks if not each.passed]
        more = f" (and {len(failed) - 1} more of {len(self.checks)} checks)" if len(failed) > 1 else ""
        return f"{failed[0]}{more}" if failed else ""


def preview_plan(target: Target, record: Record, url: str, golden: GoldenSet) -> LoadPlan:
    """Return the load on a candidate's preview address, which lasts as long as its suite."""
    rate = target.environment.load_per_second
    return LoadPlan(
        url,
        golden.photos,
        rate,
        release=record.release,
        planned=round(rate * suite_seconds(len(golden.photos))),
        timeline=report_directory(target.workspace, record.release) / "preview-timeline.jsonl",
    )


def live_plan(target: Target, record: Record, url: str, golden: GoldenSet) -> LoadPlan:
    """Return the load on the live address, by the name that users send to, for the bake window."""
    environment = target.environment
    planned = round(environment.load_per_second * environment.bake_seconds)
    return LoadPlan(
        url,
        golden.photos,
        environment.load_per_second,
        release=record.release,
        host=environment.authority,
        planned=planned,
        timeline=report_directory(target.workspace, record.release) / "live-timeline.jsonl",
    )


def preview(
    target: Target,
    record: Record,
    url: str,
    golden: GoldenSet,
    baseline: Callable[[], Baseline | None],
    path: PreviewPath | None = None,
) -> tuple[TrialResult, Baseline | None]:
    """Run suite and load on a candidate's preview address; return the result and the baseline used.

    `baseline` is read at the end, when the live probe has the most samples. The preview ends early only for
    its latency, or if `path` (by which `url` is reached, None: directly) fails. Latency is not compared
    with the baseline's, since the suite itself loads the preview; by a path it is not judged at all.
    """
    thresholds = _thresholds(target, record, None, LATENCY_NOT_JUDGED if path else "")
    check = EndpointCheck(
        preview_plan(target, record, url, golden),
        _suite(record, Endpoint(url), golden, "preview"),
        min_seconds=0,
        violation=path_violation(path) if path else thresholds.latency_violation,
        on_poll=_poll(target, f"at most {suite_seconds(len(golden.photos))} s"),
    )
    return _run(target, check, thresholds, baseline)


def bake(target: Target, record: Record, url: str, golden: GoldenSet) -> TrialResult:
    """Run suite and load on the live address for the bake window; any violation ends it early."""
    environment = target.environment
    thresholds = _thresholds(target, record, environment.max_slowdown)
    check = EndpointCheck(
        live_plan(target, record, url, golden),
        _suite(record, target.by_name(target.lease.check_not_stopped), golden, "live"),
        min_seconds=environment.bake_seconds,
        violation=lambda load: thresholds.violation(load, record.baseline),
        on_poll=_poll(target, f"{environment.bake_seconds:.0f} s"),
    )
    return _run(target, check, thresholds, lambda: record.baseline)[0]


def _run(
    target: Target,
    check: EndpointCheck,
    thresholds: Thresholds,
    baseline: Callable[[], Baseline | None],
) -> tuple[TrialResult, Baseline | None]:
    services = target.services
    found = check.run(services.suites(target.workspace), target.http, services.runtime)
    compared = baseline()
    checks = (*found.checks, *thresholds.checks(found.load, compared))
    for each in checks:
        if not each.judged:
            console.line(f"    {each.name}: {each.detail}")
    return TrialResult(checks, found.suite.log if found.suite.failure else ""), compared


def path_violation(path: PreviewPath) -> Callable[[LoadResult], str]:
    """Return a function that ends a check once the path has failed."""
    return lambda _: str(path.failure() or "")


def _thresholds(
    target: Target, record: Record, max_slowdown: float | None, latency_not_judged: str = ""
) -> Thresholds:
    limits = target.environment
    tolerances = Tolerances(max_slowdown, limits.max_drift, record.previous, limits.demand_comparison)
    return Thresholds(limits.max_error_rate, limits.max_p95_milliseconds, tolerances, latency_not_judged)


def _suite(record: Record, endpoint: Endpoint, golden: GoldenSet, where: str) -> SuiteRequest:
    expectation = Expectation(record.release, record.reference.digest, record.model.digest)
    folder, photos = golden.photos[0].path.parent, len(golden.photos)
    return SuiteRequest(endpoint, folder, expectation, f"{record.release}-{where}", photos)


def _poll(target: Target, limit: str) -> Callable[[float, LoadResult], None]:
    reported = 0.0

    def poll(elapsed: float, load: LoadResult) -> None:
        nonlocal reported
        target.lease.check_not_stopped()
        if elapsed - reported >= console.PROGRESS_SECONDS:
            reported = elapsed
            console.line(f"    {elapsed:.0f} s of {limit}: {load}")

    return poll
