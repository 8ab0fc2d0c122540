"""Options that all commands share, and the output of a stage's result."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seatrial import console
from seatrial.commands.notices import notified, report
from seatrial.make_commands import name_instance
from seatrial.results import StageResult
from seatrial.settings import Settings, load
from seatrial.workspace import Workspace, find

if TYPE_CHECKING:
    from seatrial.release.notice import Notice

Instance = Annotated[
    str,
    typer.Option(
        envvar="SEATRIAL_INSTANCE",
        callback=name_instance,
        help="local cloud, stage results and reports to use: .seatrial/NAME, reports/NAME",
    ),
]
Env = Annotated[str, typer.Option("--env", help="environment of seatrial.toml")]
# Typer shows <bool> after a flag, which looks like an argument.
FLAG = ""
AsJson = Annotated[bool, typer.Option("--json", metavar=FLAG, help="print the result as JSON on stdout")]
DryRun = Annotated[bool, typer.Option("--dry-run", metavar=FLAG, help="show what would be removed, and why")]
Yes = Annotated[bool, typer.Option("--yes", metavar=FLAG, help="remove without asking for confirmation")]


def is_interactive() -> bool:
    """Return whether a user can be asked: input and output are a terminal, and CI is not true."""
    return sys.stdin.isatty() and not console.plain()


def run_stage(
    instance: str,
    as_json: bool,
    stage: Callable[[Settings, Workspace], StageResult],
    text: str | Callable[[Any], str],
    env: str = "",
    notice: Callable[[Any], Notice | None] = lambda _: None,
    write: bool = True,
) -> None:
    """Run a stage, write its result for the next stage, print it, and notify people if necessary.

    Without `write` the result is printed only.
    `text` is a format string over the result `r`, or a function of the result. With `as_json` the result
    itself is printed. `env` is the environment that the stage changes; `notice` returns what people are
    notified of if the stage succeeds.
    """
    workspace = find(instance)
    settings = load(workspace)
    with notified(settings, env):
        result = stage(settings, workspace)
    if write:
        workspace.write_result(result)
    if as_json:
        typer.echo(result.model_dump_json(indent=2))
    else:
        line = text.format(r=result) if isinstance(text, str) else text(result)
        console.line(f"{result.stage}: {line} ({result.seconds:.1f} s)")
    report(settings, notice(result), 0, os.environ)
