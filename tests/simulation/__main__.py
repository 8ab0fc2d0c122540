"""`python -m simulation --schedules N --seed S --jobs J [--story]`; exits 1 if there are violations."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from simulation.mutations import MUTATIONS, mutated
from simulation.schedule import Report, run_seed
from simulation.shortcuts import shortcuts
from simulation.state_table import Seen, unseen

BATCH = 25
# So many schedules reach every row of the table of states that the simulation reaches at all.
ALL_STATES = 20_000
PROGRESS_SECONDS = 30.0


def run_batch(seeds: Sequence[int], mutation: str) -> list[Report]:
    """Run the schedules of some seeds in this process, without garbage collection meanwhile."""
    gc.disable()
    try:
        with shortcuts(), mutated(mutation) as options:
            return [run_seed(seed, options) for seed in seeds]
    finally:
        gc.enable()
        gc.collect()


def run_all(first: int, schedules: int, jobs: int, mutation: str) -> Iterator[Report]:
    """Run schedules on `jobs` processes and yield their reports in the order of the seeds."""
    seeds = range(first, first + schedules)
    batches = [seeds[start : start + BATCH] for start in range(0, schedules, BATCH)]
    with ProcessPoolExecutor(jobs) as pool:
        for reports in pool.map(partial(run_batch, mutation=mutation), batches):
            yield from reports


def tell(seed: int, mutation: str) -> int:
    """Print the story of one schedule; return its exit code."""
    with shortcuts(), mutated(mutation) as options:
        report = run_seed(seed, options, telling=True)
    print("\n".join(report.story))
    print(f"1 schedules, {len(report.violations)} violations")
    return 1 if report.violations else 0


def simulate(first: int, schedules: int, jobs: int, mutation: str) -> int:
    """Run schedules, print each violation with the command that reproduces it; return the exit code."""
    start = reported = time.monotonic()
    done = violations = 0
    found: set[Seen] = set()
    for report in run_all(first, schedules, jobs, mutation):
        done += 1
        violations += len(report.violations)
        found |= report.seen
        for each in report.violations:
            print(f"seed {report.seed}: {each.invariant} (fault {each.fault}): {each.message}")
            print(f"  PYTHONPATH=tests python -m simulation --seed {report.seed} --story{_option(mutation)}")
        if time.monotonic() - reported >= PROGRESS_SECONDS:
            reported = time.monotonic()
            print(f"{done} of {schedules} schedules, {violations} violations", flush=True)
    seconds = time.monotonic() - start
    print(f"{done / seconds:.0f} schedules per second on {jobs} processes, {seconds:.0f} s")
    missing = unseen(found) if done >= ALL_STATES and not mutation else []
    for state in missing:
        print(f"never found: {state}, although docs/reference/release-states.md lists it as simulated")
    print(f"{done} schedules, {violations} violations")
    return 1 if violations or missing else 0


def _option(mutation: str) -> str:
    return f" --mutation '{mutation}'" if mutation else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--schedules", type=int, default=1000, help="number of schedules")
    parser.add_argument("--seed", type=int, default=1, help="the first schedule's seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="number of processes")
    parser.add_argument("--story", action="store_true", help="print the steps of the first schedule only")
    parser.add_argument("--mutation", default="", choices=("", *MUTATIONS), help="put a fault into the code")
    given = parser.parse_args(arguments)
    if given.story:
        return tell(given.seed, given.mutation)
    return simulate(given.seed, given.schedules, given.jobs, given.mutation)


if __name__ == "__main__":
    sys.exit(main())
