"""Run steps in the order of their dependencies, independent steps at the same time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from localcloud.errors import LocalcloudError
from localcloud.progress import ProgressReporter


@dataclass(frozen=True)
class Step:
    """A unit of work. ``work`` receives the results of all finished steps by name and returns its own."""

    work: Callable[[Mapping[str, Any]], Any]
    needs: tuple[str, ...] = ()


def run_steps(steps: Mapping[str, Step], progress: ProgressReporter) -> dict[str, Any]:
    """Run each step as soon as the steps in its ``needs`` have finished; return the results by name.

    After a failure no further step starts. Steps that already run finish first, so that the next attempt can
    use their results; then the first failure is raised.
    """
    order = TopologicalSorter({name: step.needs for name, step in steps.items()})
    order.prepare()
    results: dict[str, Any] = {}
    failures: list[Exception] = []
    running: dict[Future[Any], str] = {}
    with ThreadPoolExecutor(max_workers=len(steps)) as pool:
        while order.is_active() and not (failures and not running):
            if not failures:
                running |= {pool.submit(steps[name].work, results): name for name in order.get_ready()}
            _collect(running, order, results, failures, progress)
    if failures:
        raise failures[0]
    return results


def _collect(
    running: dict[Future[Any], str],
    order: TopologicalSorter[str],
    results: dict[str, Any],
    failures: list[Exception],
    progress: ProgressReporter,
) -> None:
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        name = running.pop(future)
        error = future.exception()
        if error is None:
            results[name] = future.result()
            order.done(name)
        elif isinstance(error, Exception):
            failures.append(error)
            _report_failure(name, error, list(running.values()), len(failures), progress)
        else:
            raise error


def _report_failure(
    name: str, error: Exception, running: list[str], count: int, progress: ProgressReporter
) -> None:
    if count > 1 and isinstance(error, LocalcloudError):
        progress.line(f"{name} failed too: {error.message}")
    elif running:
        progress.line(f"{name} failed; waiting for {', '.join(running)} to finish")
