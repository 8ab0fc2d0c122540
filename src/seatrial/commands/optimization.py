"""The command optimize: an integer version of a model."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.filesize import decimal
from rich.table import Table

from seatrial import console
from seatrial.check_result import tally
from seatrial.commands.options import AsJson, Instance, run_stage
from seatrial.errors import UsageError

if TYPE_CHECKING:
    from seatrial.stages.optimize import OptimizeResult

app = typer.Typer()


@app.command(rich_help_panel="Model")
def optimize(
    model: Annotated[Path | None, typer.Argument(help="model directory")] = None,
    photos: Annotated[
        Path | None, typer.Option(help="directory of photos for the calibration; 100 or more, of every kind")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="model directory to write")] = None,
    version: Annotated[str, typer.Option(help="version of the new model, for example 1.0.0-int8")] = "",
    golden: Annotated[
        Path | None, typer.Option(help="golden set directory that judges it; default: model.lock's")
    ] = None,
    evaluation: Annotated[
        Path | None, typer.Option(help="evaluation set directory that judges it; default: model.lock's")
    ] = None,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Make an 8-bit version of a model: a quarter of its size, and faster on most processors.

    It is calibrated with photos that no set which judges it contains, and judged against its parent by the
    checks of validate. One that fails is not written. Its card names the parent. It is not published.

    Exit codes: 0 written; 2 an input is missing; 10 refused: a photo is in both, a check failed, OUT exists.
    """
    from seatrial.stages.optimize import OptimizeRequest
    from seatrial.stages.optimize import optimize as stage

    if model is None or photos is None or out is None or not version:
        given = {"MODEL": model, "PHOTOS": photos, "OUT": out, "VERSION": version}
        missing = ", ".join(name for name, value in given.items() if not value)
        example = "make optimize MODEL=dir PHOTOS=dir OUT=dir VERSION=1.0.0-int8"
        raise UsageError(f"{missing}: missing", example)
    request = OptimizeRequest(model, photos, out, version, golden, evaluation)
    run_stage(instance, as_json, lambda s, w: stage(s, w, request), _text)


def _text(result: OptimizeResult) -> str:
    rows = (
        ("size", decimal(result.size), decimal(result.size_before), result.size / result.size_before),
        (
            "inference",
            f"{result.milliseconds:.2f} ms",
            f"{result.milliseconds_before:.2f} ms",
            result.milliseconds / max(result.milliseconds_before, 1e-6),
        ),
    )
    table = Table("", result.model.version, result.parent.version, "ratio", box=None, pad_edge=False)
    for name, new, before, ratio in rows:
        table.add_row(name, new, before, f"{ratio:.2f}")
    lines = [
        f"{result.model.name} {result.model.version} ({result.model.digest}) in {result.path}",
        *(f"  {row}" for row in console.plain_text(table).splitlines()),
        *(f"  same label on {each}" for each in result.agreement),
        f"  {tally(result.verdicts)}, calibrated with {result.photos} photos",
        f"  next: make publish MODEL={shlex.quote(result.path)}",
    ]
    return "\n".join(lines)
