"""Check infra/; with --faults also that each planted fault is found. Exit code 1 if a check fails."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from go_program import BuildError
from infra_check.checks import CHECKS, copied, planted
from infra_check.faults import FAULTS
from infra_check.tools import Tofu, tofu


def main() -> int:
    """Run the checks and print a line for each."""
    parser = argparse.ArgumentParser(prog="infra_check", description=__doc__)
    parser.add_argument("--faults", action="store_true", help="also plant each fault in a copy")
    asked = parser.parse_args()
    try:
        with copied() as folder, tofu(folder) as found:
            failed = list(check(found, folder)) + (list(plant(found)) if asked.faults else [])
    except (BuildError, OSError) as error:
        print(f"infra-check: {error}. Cure: install OpenTofu, https://opentofu.org/docs/intro/install")
        return 1
    print(f"infra-check: {'failed: ' + ', '.join(failed) if failed else 'everything passed'}")
    return 1 if failed else 0


def check(found: Tofu, folder: Path) -> Iterator[str]:
    """Run every check, and yield the names of those that fail."""
    for name, run in CHECKS.items():
        problem = run(found, folder)
        print(f"infra-check: {name}: {'FAILED' if problem else 'passed'}", flush=True)
        if problem:
            print(problem)
            yield name


def plant(found: Tofu) -> Iterator[str]:
    """Plant every fault, two at a time, and yield those that no check finds."""
    with ThreadPoolExecutor(2) as pool:
        names = pool.map(partial(planted, found), FAULTS)
        yield from report(names)


def report(names: Iterable[str]) -> Iterator[str]:
    """Print which check found each fault, and yield those that none did."""
    for fault, name in zip(FAULTS, names, strict=True):
        print(f"infra-check: {fault}: {f'found by {name}' if name else 'NOT FOUND'}", flush=True)
        if not name:
            yield str(fault)


if __name__ == "__main__":
    sys.exit(main())
