"""What the machine at hand has and lacks."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from seatrial import console
from seatrial.commands.options import AsJson, Instance, run_stage
from seatrial.workspace import find

app = typer.Typer()


@app.command(rich_help_panel="Machine")
def doctor(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Say what is missing on this machine, and the cure."""
    from seatrial.doctor.report import doctor as stage

    report: Any = stage(find(instance))
    typer.echo(json.dumps(report.rows, indent=2) if as_json else report.table)
    if not report.healthy:
        raise typer.Exit(30)


@app.command(rich_help_panel="Machine")
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be removed")] = False,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Remove old reports and images, and nothing that a release or the lock names."""
    from seatrial.stages.prune import prune as stage

    def say(result: Any) -> str:
        table = Table("part", "what", "", "why", box=None, pad_edge=False)
        for item in result.items:
            table.add_row(item.kind, Text(item.name), _became(result, item), Text(item.why))
        for part, why in result.untouched.items():
            table.add_row(Text(part), "everything", "untouched", Text(why))
        console.show(table)
        gone = sum(item.removed for item in result.items)
        return f"{gone} {'would be ' if result.dry_run else ''}removed, {len(result.items) - gone} kept"

    run_stage(instance, as_json, lambda s, w: stage(s, w, dry_run=dry_run), say)


def _became(result: Any, item: Any) -> str:
    gone = "would be removed" if result.dry_run else "removed"
    return gone if item.removed else "kept"
