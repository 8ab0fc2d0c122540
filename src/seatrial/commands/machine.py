"""What the machine at hand has and lacks."""

from __future__ import annotations

import json
from typing import Any

import typer

from seatrial.commands.options import AsJson, Instance
from seatrial.workspace import find

app = typer.Typer()


@app.command(rich_help_panel="Machine")
def doctor(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Say what is missing on this machine, and the cure."""
    from seatrial.doctor import doctor as stage

    report: Any = stage(find(instance))
    typer.echo(json.dumps(report.rows, indent=2) if as_json else report.table)
    if not report.healthy:
        raise typer.Exit(30)
