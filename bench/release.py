"""Failed requests and durations of releases, faults and changes: `make bench-release`.

`python -m bench.release [releases] [faults] [changes]` runs the named measurements, or all of them, in a
temporary environment `bench` of the tests' instance. Writes reports/<instance>/bench-release.json and .md.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.changes import code_change, model_change

from e2e.release.conftest import ReleaseEnvironment, image_factory
from e2e.release.fault_scenario import run_fault
from e2e.release.faults import FAULTS, Fault
from e2e.release.images import ImageFactory
from e2e.release.temporary_environment import create_environment, remove_environment
from e2e.user_load import UserLoad
from seatrial.atomic_files import write_atomically
from seatrial.wait import until
from seatrial.workspace import Workspace, find

RATE, CLIENTS, REQUESTS, RELEASES = 20, 8, 2_400, 3
REQUESTS_SECONDS = 300
# bench.scale measures the autoscaler.
SETTINGS = {
    "OVERLAY": "deploy/overlays/staging",
    "MAX_REPLICAS": "2",
    "BAKE_SECONDS": "10",
    "LEASE_SECONDS": "10",
}
Row = dict[str, Any]


def user_load(environment: ReleaseEnvironment) -> UserLoad:
    """Return a load on the live address: no retries, half of it on persistent connections."""
    endpoint = environment.target.by_name()
    stable = environment.stable()
    golden = environment.target.golden(stable.golden, stable.revision)
    return UserLoad(endpoint.url, endpoint.address, golden.photos, RATE, clients=CLIENTS)


def releases(environment: ReleaseEnvironment, images: ImageFactory) -> None:
    """Release three times in a row under the load."""
    load, number = user_load(environment), environment.last().number
    with load:
        for each in range(RELEASES):
            code, output = environment.release(images.working(f"bench-{number}-{each}"))
            if code:
                sys.exit(output)
        until("enough requests", lambda: len(load.requests) >= REQUESTS or None, REQUESTS_SECONDS)
    load.write(_folder(environment) / "bench-release-timeline.jsonl")
    previewed = _previewed(environment, number)
    early = [r for r in load.requests if r.release in previewed and r.t + r.ms / 1000 < previewed[r.release]]
    persistent = sum(request.connection == "kept" for request in load.requests)
    row = {
        "releases": len(previewed),
        "requests": len(load.requests),
        "kept": persistent,
        "new": len(load.requests) - persistent,
        "failed": len(load.failed()),
        "wrong": len(load.wrong()),
        "before its preview": len(early),
        "p95 ms": _p95(load),
        "load average": _load_average(),
    }
    _write(environment.target.workspace, {"releases": [row]})


def _previewed(environment: ReleaseEnvironment, after: int) -> dict[str, float]:
    """Return when (unix seconds) the preview of each release with a number above `after` passed."""
    return {
        record.release: change.at.timestamp()
        for record in environment.target.records.all()
        for change in record.history
        if record.number > after and change.state == "previewed"
    }


def faults(environment: ReleaseEnvironment, images: ImageFactory) -> None:
    """Run every fault of the table, each under the same load."""
    rows: list[Row] = []
    for each in FAULTS:
        rows.append(_fault(environment, images, each))
        # Written after each, so that a later failure does not lose the earlier rows.
        _write(environment.target.workspace, {"faults": rows})


def _fault(environment: ReleaseEnvironment, images: ImageFactory, fault: Fault) -> Row:
    load = user_load(environment)
    result = run_fault(environment, fault, images, load)
    load.write(_folder(environment) / f"bench-{fault.name.replace(' ', '-')}-timeline.jsonl")
    bad = result.record.release if result.record and result.code else ""
    return {
        "fault": fault.name,
        "exit code": result.code,
        "as expected": result.code == fault.code and fault.message in result.output,
        "requests": len(load.requests),
        "failed by stable": result.failed_by_stable(load),
        "served by the bad release": sum(bool(bad) and r.release == bad for r in load.requests),
        "of these failed": sum(bool(bad) and r.release == bad and not r.ok for r in load.requests),
        "s to switch back": result.seconds_to_switch_back,
        "s until gone": result.seconds_until_gone,
        "s in all": result.seconds,
        "load average": _load_average(),
    }


def changes(environment: ReleaseEnvironment, _images: ImageFactory) -> None:
    """Release a change of the code, then one of the model."""
    rows: list[Row] = []
    for change in (code_change, model_change):
        measured = change(environment.target.workspace, "bench")
        rows.append(
            {
                "change": measured.what,
                "s in all": measured.seconds,
                **{f"s {stage}": seconds for stage, seconds in measured.stages.items()},
                "bytes pushed": measured.bytes_pushed,
                "of the model": round(measured.bytes_pushed / measured.model_bytes, 3),
                "load average": _load_average(),
            }
        )
        _write(environment.target.workspace, {"changes": rows})


MEASUREMENTS: dict[str, Callable[[ReleaseEnvironment, ImageFactory], None]] = {
    "releases": releases,
    "faults": faults,
    "changes": changes,
}


def main(names: Sequence[str]) -> None:
    """Run the named measurements, print their tables, and write them."""
    workspace = find(os.environ.get("SEATRIAL_INSTANCE", "dev"))
    if workspace.instance == "dev":
        sys.exit("this publishes and releases: make bench-release INSTANCE=test, after make up INSTANCE=test")
    os.environ["SEATRIAL_INSTANCE"] = workspace.instance
    environment = create_environment(workspace, "bench", SETTINGS)
    try:
        images = image_factory(environment)
        code, output = environment.release(images.working("bench-first"))
        if code:
            sys.exit(output)
        for name in names or MEASUREMENTS:
            MEASUREMENTS[name](environment, images)
    finally:
        remove_environment(environment)
    print(_folder(environment) / "bench-release.md")  # noqa: T201


def _write(workspace: Workspace, found: dict[str, list[Row]]) -> None:
    folder = workspace.root / "reports" / workspace.instance
    target = folder / "bench-release.json"
    # Measurements of earlier runs are kept.
    known = json.loads(target.read_text()) if target.exists() else {}
    text = "\n".join(f"## {name}\n\n{_table(rows)}" for name, rows in {**known, **found}.items())
    write_atomically(target, json.dumps({**known, **found}, indent=2) + "\n")
    write_atomically(folder / "bench-release.md", text)
    for rows in found.values():
        print(_table(rows[-1:]), flush=True)  # noqa: T201


def _table(rows: list[Row]) -> str:
    heads = list(rows[0])
    lines = [heads, ["---"] * len(heads), *([_cell(row[head]) for head in heads] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _p95(load: UserLoad) -> float:
    latencies = sorted(request.ms for request in load.requests)
    return latencies[int(0.95 * (len(latencies) - 1))]


def _load_average() -> float:
    return round(os.getloadavg()[0], 1)


def _folder(environment: ReleaseEnvironment) -> Path:
    return environment.target.workspace.root / "reports" / environment.target.workspace.instance


if __name__ == "__main__":
    main(sys.argv[1:])
