"""Commands that read records: history and trace."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from seatrial import console
from seatrial.commands.options import AsJson, Env, Instance
from seatrial.settings import load
from seatrial.workspace import find

app = typer.Typer()
COLUMNS = ("#", "release", "state", "model", "commit", "image", "who", "when (UTC)", "checks, why")


@app.command(rich_help_panel="Release")
def history(env: Env = "local", instance: Instance = "dev", as_json: AsJson = False) -> None:
    """List the recorded releases of an environment, newest first; * marks the stable one."""
    from seatrial.stages.history import history as stage

    workspace = find(instance)
    found = stage(load(workspace), workspace, env)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for row in found.releases:
        table.add_row(*(Text(cell) for cell in row.cells), style="bold" if row.stable else "")
    console.show(table if found.releases else f"{env} has no releases")


@app.command(rich_help_panel="Release")
def trace(
    what: Annotated[
        str,
        typer.Argument(
            help="a file with a response, or a request, trace, pod, image, release, model or commit"
        ),
    ] = "",
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Show the provenance of a prediction: pod, release, image, commit, model and publication."""
    from seatrial.provenance.tree import as_tree
    from seatrial.stages.trace import trace as stage

    workspace = find(instance)
    found = stage(load(workspace), workspace, what)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        console.show(as_tree(found))
