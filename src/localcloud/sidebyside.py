"""Steps that need one another in order, and all others at the same time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from localcloud.errors import LocalcloudError
from localcloud.report import Report


@dataclass(frozen=True)
class Step:
    """A piece of work: given the results of the steps it needs, by name, it returns its own."""

    work: Callable[[Mapping[str, Any]], Any]
    needs: tuple[str, ...] = ()


def run(steps: Mapping[str, Step], report: Report) -> dict[str, Any]:
    """Run all steps, each as soon as what it needs is there, and return their results by name.

    Where one fails no other begins; those under way are let end, so that the next attempt finds their
    work done. Then the first failure is raised.
    """
    order = TopologicalSorter({name: step.needs for name, step in steps.items()})
    order.prepare()
    results: dict[str, Any] = {}
    failures: list[Exception] = []
    under_way: dict[Future[Any], str] = {}
    with ThreadPoolExecutor(max_workers=len(steps)) as pool:
        while order.is_active() and not (failures and not under_way):
            if not failures:
                under_way |= {pool.submit(steps[name].work, results): name for name in order.get_ready()}
            _collect(under_way, order, results, failures, report)
    if failures:
        raise failures[0]
    return results


def _collect(
    under_way: dict[Future[Any], str],
    order: TopologicalSorter[str],
    results: dict[str, Any],
    failures: list[Exception],
    report: Report,
) -> None:
    for future in wait(under_way, return_when=FIRST_COMPLETED).done:
        name = under_way.pop(future)
        error = future.exception()
        if error is None:
            results[name] = future.result()
            order.done(name)
        elif isinstance(error, Exception):
            failures.append(error)
            _tell(name, error, list(under_way.values()), len(failures), report)
        else:
            raise error


def _tell(name: str, error: Exception, others: list[str], count: int, report: Report) -> None:
    if count > 1 and isinstance(error, LocalcloudError):
        report.line(f"{name} failed too: {error.message}")
    elif others:
        report.line(f"{name} failed; letting {', '.join(others)} end")
