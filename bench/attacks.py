"""Send the largest photo of each kind to the built image, 16 at once: `make bench-attacks` (ROUNDS=2).

It prints the peak of the container's memory, the statuses of the photos, and the latency of other requests.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from statistics import median

from bench.rows import Row, show

from app_container import POD, AppContainer
from imagemodel.golden import load_golden
from large_photos import LARGE_PHOTOS
from photo_attack import AT_ONCE, Attack, attack, largest_sizes, observe, peak_mebibytes
from seatrial.results import BuildResult, FetchResult
from seatrial.workspace import Workspace

QUIET = 30
READY_SECONDS = 30


def measure(image: str, kind: str, photo: bytes, other: bytes, rounds: int) -> Row:
    """Start a container, attack it with `photo`, and return the row of `kind`."""
    with AppContainer(image) as app:
        app.wait_ready(READY_SECONDS)
        quiet = Attack()
        for _ in range(QUIET):
            observe(app, other, quiet)
        found = attack(app, [photo], other, rounds)
        peak = peak_mebibytes(app)
    return _row(kind, len(photo), found, quiet, peak)


def _row(kind: str, size: int, found: Attack, quiet: Attack, peak: int) -> Row:
    ordered = sorted(found.milliseconds)
    slow, usual = ordered[int(len(ordered) * 0.95)], median(ordered)
    value = f"{peak} MiB; others {_statuses(found.others)}, {usual:.0f} ms, p95 {slow:.0f} ms"
    compared = f"quiet {median(quiet.milliseconds):.0f} ms; sent {_statuses(found.statuses)}"
    met = peak < POD.memory_mb and set(found.others) == {200} and set(found.statuses) <= {200, 503}
    return Row(f"{kind}, {size // 1000} kB", value, compared, f"{POD.memory_mb} MiB", met)


def _statuses(found: Counter[int]) -> str:
    return ", ".join(f"{count} x {status}" for status, count in sorted(found.items()))


def main() -> None:
    """Print the table."""
    workspace = Workspace(Path.cwd(), os.environ.get("SEATRIAL_INSTANCE", "dev"))
    image = workspace.read_result(BuildResult).image_id
    other = load_golden(Path(workspace.read_result(FetchResult).golden_path)).photos[0].path.read_bytes()
    rounds, sizes = int(os.environ.get("ROUNDS", "2")), largest_sizes()
    rows = [
        measure(image, f"{kind} {size[0]} x {size[1]}", LARGE_PHOTOS[kind](size), other, rounds)
        for kind, size in sizes.items()
    ]
    show(f"{AT_ONCE} of the largest photos at once, in a container of {POD.memory_mb} MiB", rows)


if __name__ == "__main__":
    main()
