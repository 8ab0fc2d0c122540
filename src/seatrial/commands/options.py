"""Options that all commands share, and the output of a stage's result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from seatrial import console
from seatrial.results import StageResult
from seatrial.settings import Settings, load
from seatrial.workspace import Workspace, find

Instance = Annotated[
    str,
    typer.Option(
        envvar="SEATRIAL_INSTANCE",
        help="local cloud, stage results and reports to use: .seatrial/NAME, reports/NAME",
    ),
]
Env = Annotated[str, typer.Option("--env", help="environment of seatrial.toml")]
# Typer shows <bool> after a flag, which looks like an argument.
FLAG = ""
AsJson = Annotated[bool, typer.Option("--json", metavar=FLAG, help="print the result as JSON on stdout")]


def run_stage(
    instance: str,
    as_json: bool,
    stage: Callable[[Settings, Workspace], StageResult],
    text: str | Callable[[Any], str],
) -> None:
    """Run a stage, write its result for the next stage, and print it.

    `text` is a format string over the result `r`, or a function of the result. With `as_json` the result
    itself is printed.
    """
    workspace = find(instance)
    result = stage(load(workspace), workspace)
    workspace.write_result(result)
    if as_json:
        typer.echo(result.model_dump_json(indent=2))
    else:
        line = text.format(r=result) if isinstance(text, str) else text(result)
        console.line(f"{result.stage}: {line} ({result.seconds:.1f} s)")
