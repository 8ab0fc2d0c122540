"""The result of a run as tables, with the limits of this project's goals, and as a plot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from bench.rows import Row
from bench.serve.decoding import SHARE, Agreement
from bench.serve.measure import LARGE, SMALL, Found, Run
from bench.serve.peers import FP32, INT8, PEERS
from matplotlib.figure import Figure
from rich.table import Table

APP_FP32, APP_INT8 = (each.title for each in PEERS if each.is_app)
SHARE_OF_LIMIT, SMALL_MODEL_RATIO, LARGE_RATIO, LARGE_SMALL_MODEL_RATIO = 0.95, 1.7, 3.3, 4.5
LATENCY_RATIO, MEMORY, GROWTH, READY, IMAGE = 2.0, 300.0, 0.03, 2.0, 300.0
VARIANTS: Final = 200
COLUMNS: Final = (
    "requests/s at 451 px",
    "at 3024 px",
    "processor ms",
    "at 3024 px",
    "p50 ms",
    "p99 ms",
    "at a rate of",
    "memory MB",
    "ready s",
    "image MB",
    "failed",
)


def table(run: Run) -> Table:
    """Return one line for each server, and one for what is possible without a server."""
    shown = Table(
        "", *COLUMNS, title="Servers: medians of rounds in alternation", title_justify="left", box=None
    )
    for each in run.found.values():
        shown.add_row(each.title, *_cells(each))
    for model in run.limits:
        rates = (f"{limit(run, model, width):.0f}" for width in (SMALL, LARGE))
        times = (f"{sum(_steps(run, model, width)):.1f}" for width in (SMALL, LARGE))
        shown.add_row(f"no server, {model}", *rates, *times)
    return shown


def _steps(run: Run, model: str, width: int) -> list[float]:
    """Return the processor time of decoding and of inference without a server, in milliseconds."""
    return [limit(run, model, width, what) for what in ("decode_ms", "infer_ms")]


def _cells(each: Found) -> list[str]:
    if each.error:
        return [f"FAILED: {' '.join(each.error.split())[:60]}"]
    times = [f"{each.cpu_milliseconds(width):.1f}" for width in (SMALL, LARGE)]
    numbers = [each.p50, each.p99, each.fixed_rate, each.memory_megabytes]
    failed = len(each.failures) + each.long_failures
    return [
        *(f"{each.rate(width):.0f}" for width in (SMALL, LARGE)),
        *times,
        *(f"{number:.0f}" for number in numbers),
        f"{each.ready_seconds:.1f}",
        f"{each.image_megabytes:.0f}",
        str(failed),
    ]


def limit(run: Run, model: str, width: int, what: str = "rate") -> float:
    """Return the median of what is possible without a server; 0 if it could not be measured."""
    return median([each[what] for each in run.limits.get(model, {}).get(width, [])] or [0.0])


def goals(run: Run) -> Iterator[Row]:
    """Return this project's figures beside the best of the others, and whether each goal is met."""
    app, small = run.found[APP_FP32], run.found[APP_INT8]
    others = [
        each for each in run.found.values() if each.title not in (APP_FP32, APP_INT8) and not each.error
    ]
    if app.error or small.error or not others:
        return
    possible = limit(run, FP32, SMALL)
    yield _least("451 px, fp32", app.rate(SMALL), possible, "without a server", SHARE_OF_LIMIT)
    for each in others:
        yield _least("451 px, fp32", app.rate(SMALL), each.rate(SMALL), each.title, 1.0)
    for what, mine, width, least in (
        ("451 px, int8", small, SMALL, SMALL_MODEL_RATIO),
        ("3024 px, fp32", app, LARGE, LARGE_RATIO),
        ("3024 px, int8", small, LARGE, LARGE_SMALL_MODEL_RATIO),
    ):
        best = max(others, key=lambda each: each.rate(width))
        yield _least(what, mine.rate(width), best.rate(width), best.title, least)
    yield from _resources(app)
    for model in (FP32, INT8):
        yield _times(run, model)
    words = [f"{width} px {median(app.load_cpu.get(width) or [0.0]):.1f} ms" for width in (SMALL, LARGE)]
    yield Row("processor time, load generator", ", ".join(words), "a request")


def _least(what: str, rate: float, other: float, name: str, least: float) -> Row:
    ratio = rate / other if other else 0.0
    return Row(what, f"{rate:.0f}/s", f"{ratio:.2f} x {name}", f"{least:g} x", ratio >= least)


def _resources(app: Found) -> Iterator[Row]:
    ratio = app.p99 / app.p50 if app.p50 else 0.0
    yield Row(
        f"p99 at {app.fixed_rate:.0f}/s",
        f"{app.p99:.0f} ms",
        f"{ratio:.1f} x p50",
        "2 x",
        ratio <= LATENCY_RATIO,
    )
    used = app.memory_megabytes
    yield Row("memory, 2 workers", f"{used:.0f} MB", "", f"{MEMORY:.0f} MB", used <= MEMORY)
    yield Row(
        f"{app.long_requests} requests: growth",
        f"{app.growth:.1%}",
        "",
        f"{GROWTH:.0%}",
        app.growth <= GROWTH,
    )
    yield Row(
        f"{app.long_requests} requests: failures", str(app.long_failures), "", "0", not app.long_failures
    )
    yield Row(
        "ready after start", f"{app.ready_seconds:.1f} s", "", f"{READY:g} s", app.ready_seconds <= READY
    )
    size = app.image_megabytes
    yield Row("image", f"{size:.0f} MB", "", f"{IMAGE:.0f} MB", size <= IMAGE)


def decoding_row(found: Agreement) -> Row:
    """Return how often decoding at a fraction of the size has the same best label as the whole photo."""
    met = found.share >= SHARE and found.variants >= VARIANTS
    return Row(
        "same label as decoded whole", f"{found.share:.1%}", f"{found.variants} variants", f"{SHARE:.0%}", met
    )


def _times(run: Run, model: str) -> Row:
    times = {width: _steps(run, model, width) for width in (SMALL, LARGE)}
    words = [f"{width} px {decode:.1f} + {infer:.1f} ms" for width, (decode, infer) in times.items()]
    return Row(f"processor time, {model}", ", ".join(words), "decode + infer")


def write_plot(run: Run, path: Path) -> None:
    """Write the peaks of all servers as bars, one panel for each photo."""
    figure = Figure(figsize=(9, 5), layout="constrained")
    figure.suptitle("requests per second at the peak (the line: without a server, fp32)")
    shown = [each for each in run.found.values() if not each.error]
    for panel, width in zip(figure.subplots(1, 2, sharey=True), (SMALL, LARGE), strict=True):
        rates = [each.rate(width) for each in shown]
        colours = ["tab:orange" if each.title in (APP_FP32, APP_INT8) else "tab:blue" for each in shown]
        panel.bar_label(panel.barh([each.title for each in shown], rates, color=colours), fmt="%.0f")
        panel.axvline(limit(run, FP32, width), color="grey", linestyle="--")
        panel.set_title(f"photo of {width} px", loc="left", fontsize="medium")
    figure.axes[0].invert_yaxis()
    figure.savefig(path)
