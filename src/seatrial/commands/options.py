"""What every command shares: its options, and how a stage's result is handed on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from seatrial import console
from seatrial.results import StageResult
from seatrial.settings import Settings, load
from seatrial.workspace import Workspace, find

Instance = Annotated[str, typer.Option(envvar="SEATRIAL_INSTANCE", help="which local cloud, by name")]
Env = Annotated[str, typer.Option("--env", help="environment of seatrial.toml")]
AsJson = Annotated[bool, typer.Option("--json", help="the typed result on stdout, for machines")]


def run_stage(
    instance: str,
    as_json: bool,
    stage: Callable[[Settings, Workspace], StageResult],
    say: str | Callable[[Any], str],
) -> None:
    """Run a stage, write its result for the next one, and say what it gave.

    `say` is a format string over the result `r`, or a function of it;
    with `as_json` the result itself is printed.
    """
    workspace = find(instance)
    result = stage(load(workspace), workspace)
    workspace.write_result(result)
    if as_json:
        typer.echo(result.model_dump_json(indent=2))
    else:
        text = say.format(r=result) if isinstance(say, str) else say(result)
        console.line(f"{result.stage}: {text} ({result.seconds:.1f} s)")
