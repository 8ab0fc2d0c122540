"""What users see of releases, good and bad, and how long a change takes: `make bench-release`.

`python -m bench.release [releases] [faults] [changes]` measures these parts, or all of them, in an
environment `bench` of its own on the tests' instance, at its loopback address, and takes it away.
Writes reports/<instance>/bench-release.json and .md.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.changes import code_change, model_change

from e2e.load import Users
from e2e.release.conftest import Trial
from e2e.release.environments import environment, remove
from e2e.release.faults import FAULTS, Fault
from e2e.release.images import Images
from e2e.release.ordeal import undergo
from seatrial.atomic_files import write_atomically
from seatrial.results import FetchResult, PushResult
from seatrial.wait import until
from seatrial.workspace import Workspace, find

RATE, CLIENTS, REQUESTS, RELEASES = 20, 8, 2_400, 3
SETTLING_SECONDS = 300
# The autoscaler has a measurement of its own.
SETTINGS = {
    "OVERLAY": "deploy/overlays/staging",
    "MAX_REPLICAS": "2",
    "BAKE_SECONDS": "10",
    "LEASE_SECONDS": "10",
}
Row = dict[str, Any]


def crowd(trial: Trial, seconds: float = 600) -> Users:
    """Return users at the live address: no retries, half of them on kept connections."""
    endpoint = trial.target.by_name()
    golden = trial.target.golden(trial.stable().golden_digest)
    return Users(endpoint.url, endpoint.address, golden.photos, RATE, seconds, clients=CLIENTS)


def releases(trial: Trial, images: Images) -> None:
    """Release three times in a row while users ask."""
    users, number = crowd(trial), trial.last().number
    with users:
        for each in range(RELEASES):
            code, output = trial.release(images.honest(f"bench-{number}-{each}"))
            if code:
                sys.exit(output)
        until("enough requests", lambda: len(users.answers) >= REQUESTS or None, SETTLING_SECONDS)
    users.write(_folder(trial) / "bench-release-timeline.jsonl")
    made = [record for record in trial.target.records.all() if record.number > number]
    passed = {
        record.release: change.at.timestamp()
        for record in made
        for change in record.history
        if change.state == "previewed"
    }
    early = [a for a in users.answers if a.release in passed and a.t + a.ms / 1000 < passed[a.release]]
    kept = sum(answer.connection == "kept" for answer in users.answers)
    row = {
        "releases": len(passed),
        "requests": len(users.answers),
        "kept": kept,
        "new": len(users.answers) - kept,
        "failed": len(users.failed()),
        "wrong": len(users.wrong()),
        "before its preview": len(early),
        "p95 ms": _p95(users),
        "load average": _load(),
    }
    _write(trial.target.workspace, {"releases": [row]})


def faults(trial: Trial, images: Images) -> None:
    """Go through the table of faults, one after another, each under the same load."""
    rows: list[Row] = []
    for each in FAULTS:
        rows.append(_fault(trial, images, each))
        # So much is not lost if the next one cannot be measured.
        _write(trial.target.workspace, {"faults": rows})


def _fault(trial: Trial, images: Images, fault: Fault) -> Row:
    users = crowd(trial)
    outcome = undergo(trial, fault, images, users)
    users.write(_folder(trial) / f"bench-{fault.name.replace(' ', '-')}-timeline.jsonl")
    bad = outcome.record.release if outcome.record and outcome.code else ""
    return {
        "fault": fault.name,
        "ends": outcome.code,
        "as it must": outcome.code == fault.code and fault.says in outcome.output,
        "requests": len(users.answers),
        "failed by stable": outcome.from_stable(users),
        "users met the bad one": sum(bool(bad) and answer.release == bad for answer in users.answers),
        "of these bad": sum(bool(bad) and a.release == bad and not a.ok for a in users.answers),
        "s to switch back": outcome.back,
        "s until gone": outcome.gone,
        "s in all": outcome.seconds,
        "load average": _load(),
    }


def changes(trial: Trial, _images: Images) -> None:
    """Release a change of the code, then one of the model."""
    rows: list[Row] = []
    for change in (code_change, model_change):
        each = change(trial.target.workspace, "bench")
        rows.append(
            {
                "change": each.what,
                "s in all": each.seconds,
                **{f"s {stage}": seconds for stage, seconds in each.stages.items()},
                "bytes pushed": each.bytes_pushed,
                "of the model": round(each.bytes_pushed / each.model_bytes, 3),
                "load average": _load(),
            }
        )
        _write(trial.target.workspace, {"changes": rows})


PARTS: dict[str, Callable[[Trial, Images], None]] = {
    "releases": releases,
    "faults": faults,
    "changes": changes,
}


def main(asked: Sequence[str]) -> None:
    """Measure what is asked for, print it as tables, and write it."""
    workspace = find(os.environ.get("SEATRIAL_INSTANCE", "dev"))
    if workspace.instance == "dev":
        sys.exit("this publishes and releases: make bench-release INSTANCE=test, after make up INSTANCE=test")
    os.environ["SEATRIAL_INSTANCE"] = workspace.instance
    trial = environment(workspace, "bench", SETTINGS)
    try:
        images = _images(workspace, trial)
        code, output = trial.release(images.honest("bench-first"))
        if code:
            sys.exit(output)
        for part in asked or PARTS:
            PARTS[part](trial, images)
    finally:
        remove(trial)
    print(_folder(trial) / "bench-release.md")  # noqa: T201


def _images(workspace: Workspace, trial: Trial) -> Images:
    pushed = workspace.read_result(PushResult, current=False)
    fetched = workspace.read_result(FetchResult, current=False)
    return Images(trial.target.settings, workspace, pushed.image_id, Path(fetched.model_path))


def _write(workspace: Workspace, found: dict[str, list[Row]]) -> None:
    folder = workspace.root / "reports" / workspace.instance
    target = folder / "bench-release.json"
    # Parts that were measured by themselves before stand beside these.
    known = json.loads(target.read_text()) if target.exists() else {}
    text = "\n".join(f"## {part}\n\n{_table(rows)}" for part, rows in {**known, **found}.items())
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


def _p95(users: Users) -> float:
    times = sorted(answer.ms for answer in users.answers)
    return times[int(0.95 * (len(times) - 1))]


def _load() -> float:
    return round(os.getloadavg()[0], 1)


def _folder(trial: Trial) -> Path:
    return trial.target.workspace.root / "reports" / trial.target.workspace.instance


if __name__ == "__main__":
    main(sys.argv[1:])
