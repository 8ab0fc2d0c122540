"""The useful responses of the app while the load grows to four times its peak: `make bench-overload`.

It serves the model of `MODEL=` (by default the one that `make fetch` fetched) as a process on this machine,
whose processors the load uses too. It prints a table and writes the curve; it asserts nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from statistics import quantiles
from typing import Final

from bench.open_load import Plan, Responses
from bench.rows import Row, show
from matplotlib.figure import Figure
from PIL import Image

from app_process import AppProcess, serve
from seatrial.results import FetchResult
from seatrial.workspace import Workspace

FACTORS: Final = (0.5, 0.8, 1.0, 1.5, 2.0, 3.0, 4.0)
SIDE: Final = 451
LEAST_SHARE: Final = 0.9
ROOT: Final = Path(__file__).parents[1]


@dataclass(frozen=True)
class Point:
    """One load: requests a second, sent, computed and refused; those without a response; milliseconds."""

    factor: float
    sent: float
    useful: float
    refused: float
    lost: int
    useful_p50: float
    useful_p99: float
    refused_p99: float


def main() -> None:
    """Measure, print and draw."""
    seconds = float(os.environ.get("SECONDS_EACH", "5"))
    workspace = Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "dev"))
    model = Path(os.environ.get("MODEL") or workspace.read_result(FetchResult).model_path)
    directory = ROOT / ".seatrial" / "bench"
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, serve(model, Path(scratch)) as server:
        photo = Path(scratch) / "photo.jpg"
        photo.write_bytes(picture())
        peak, points = curve(server, photo, seconds)
    (directory / "overload.json").write_text(
        json.dumps({"peak": peak, "points": [asdict(point) for point in points]}, indent=1)
    )
    draw(directory / "overload.svg", peak, points)
    show(f"Overload: the peak is {peak:.0f} requests/s", rows(peak, points))


def curve(server: AppProcess, photo: Path, seconds: float) -> tuple[float, list[Point]]:
    """Return the peak of 8 connections, and a point for each multiple of it."""
    send(Plan(server.port, str(photo), seconds=1.0))
    found = send(Plan(server.port, str(photo), seconds=seconds))
    peak = found.statuses.count(200) / found.seconds
    points = []
    for factor in FACTORS:
        rate = factor * peak
        points.append(point(factor, rate, send(Plan(server.port, str(photo), seconds=seconds, rate=rate))))
    return peak, points


def send(plan: Plan) -> Responses:
    """Return the responses to a load that runs in a process of its own."""
    command = [sys.executable, "-m", "bench.open_load", json.dumps(asdict(plan))]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=300, cwd=ROOT)
    return Responses(**json.loads(done.stdout))


def point(factor: float, rate: float, found: Responses) -> Point:
    """Return what the responses to one load show."""
    pairs = list(zip(found.statuses, found.milliseconds, strict=True))
    useful = [time for status, time in pairs if status == 200]
    refused = [time for status, time in pairs if status == 503]
    return Point(
        factor=factor,
        sent=rate,
        useful=len(useful) / found.seconds,
        refused=len(refused) / found.seconds,
        lost=len(pairs) - len(useful) - len(refused),
        useful_p50=percentile(useful, 50),
        useful_p99=percentile(useful, 99),
        refused_p99=percentile(refused, 99),
    )


def percentile(values: list[float], percent: int) -> float:
    """Return a percentile, or 0 of fewer than two values."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else 0.0


def rows(peak: float, points: list[Point]) -> list[Row]:
    """Return the table: each load, and whether the last one keeps the useful responses."""
    table = [
        Row(
            f"{each.factor:g} x the peak: {each.sent:.0f}/s",
            f"{each.useful:.0f}/s useful, {each.refused:.0f}/s refused, {each.lost} lost",
            f"p50 {each.useful_p50:.0f}, p99 {each.useful_p99:.0f} ms; refused p99 {each.refused_p99:.0f} ms",
        )
        for each in points
    ]
    best = max(each.useful for each in points)
    share = points[-1].useful / max(best, peak)
    last = Row(
        f"useful responses at {points[-1].factor:g} x",
        f"{share:.2f} of the best",
        "",
        f"{LEAST_SHARE}",
        share >= LEAST_SHARE,
    )
    return [*table, last]


def draw(path: Path, peak: float, points: list[Point]) -> None:
    """Write the curve of useful and refused responses."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    panel = figure.subplots()
    sent = [each.sent for each in points]
    panel.plot(sent, [each.useful for each in points], marker="o", label="computed in time")
    panel.plot(sent, [each.refused for each in points], marker="o", label="refused with 503")
    panel.axhline(peak, color="grey", linestyle="--", label="peak of 8 connections")
    panel.set_xlabel("requests sent per second")
    panel.set_ylabel("responses per second")
    panel.set_ylim(bottom=0)
    panel.grid(alpha=0.3)
    panel.legend()
    figure.savefig(path)


def picture() -> bytes:
    """Return a JPEG of SIDE pixels with detail everywhere, as a photo has."""
    buffer = BytesIO()
    gradient = Image.radial_gradient("L").resize((SIDE, SIDE))
    noise = Image.effect_noise((SIDE, SIDE), 40)
    Image.merge("RGB", (gradient, noise, gradient.rotate(90))).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
