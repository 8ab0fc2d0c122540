"""Commands for this machine: doctor and prune."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from seatrial import console
from seatrial.commands.options import AsJson, DryRun, Instance, Yes, is_interactive, run_stage
from seatrial.results import PrunedItem, PruneResult
from seatrial.workspace import find

if TYPE_CHECKING:
    from seatrial.retention.plan import PrunePlan

app = typer.Typer()
OTHERS = (
    "warning: the engine's images may be those of another checkout on this machine, "
    "which must then build them again"
)
RightsOf = Annotated[
    str, typer.Option("--env", help="try the rights that a release to this environment needs")
]


@app.command(rich_help_panel="Machine")
def doctor(env: RightsOf = "", instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Show what is missing on this machine, and how to fix it.

    With --env it also tries every right that a release to that environment needs, and changes nothing:
    list, read and write the store, pull from and push to the registry, each verb of the deployer's Role,
    whether the nodes can pull, the address of the Service, and what the host resolves to.
    """
    from seatrial.doctor.report import doctor as stage

    report = stage(find(instance), env=env)
    typer.echo(json.dumps(report.rows, indent=2) if as_json else report.table)
    if not report.healthy:
        raise typer.Exit(30)


@app.command(rich_help_panel="Machine")
def prune(
    dry_run: DryRun = False,
    yes: Yes = False,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Remove old reports and images that no release and no lock refers to.

    Old is what is not among the newest: `prune.reports` (20) reports, `prune.images` (10) images.

    Every checkout on this machine that builds for the same repository shares the engine's images, and nothing
    in an image names its checkout: those of another checkout are planned too, and it must build them again.

    On a terminal the plan is shown first and must be confirmed.
    Elsewhere, and with CI=true, it removes without asking.
    """
    from seatrial.stages.prune import prune as stage

    confirm = _confirm if not yes and is_interactive() else None
    run_stage(instance, as_json, lambda s, w: stage(s, w, dry_run=dry_run, confirm=confirm), show_pruned)


def _confirm(plan: PrunePlan) -> bool:
    """Show the plan on stderr, so that stdout has only the result, and ask for confirmation."""
    table = Table("part", "to be removed", "why", box=None, pad_edge=False)
    for row in plan.removals:
        table.add_row(row.kind, Text(row.name), Text(row.why))
    console.line(console.plain_text(table))
    _warn_of_others(plan.removals)
    for part, reason in plan.untouched.items():
        console.line(f"{part}: not touched: {reason}")
    console.line(f"{len(plan.rows) - len(plan.removals)} others are kept; --dry-run shows why")
    try:
        return typer.confirm(f"Remove these {len(plan.removals)}?", err=True)
    except typer.Abort:
        return False


def _warn_of_others(items: Iterable[PrunedItem]) -> None:
    if any(item.kind == "engine" and item.removed for item in items):
        console.line(OTHERS)


def show_pruned(result: PruneResult) -> str:
    """Print what became of each item, and return the counts."""
    table = Table("part", "name", "", "why", box=None, pad_edge=False)
    for item in result.items:
        table.add_row(item.kind, Text(item.name), _action(result, item), Text(item.why))
    if result.items:
        console.show(table)
    if result.dry_run:
        _warn_of_others(result.items)
    removed = sum(item.removed for item in result.items)
    counts = f"{removed} {'would be ' if result.dry_run else ''}removed, {len(result.items) - removed} kept"
    return "; ".join((counts, *(f"{part} not touched: {why}" for part, why in result.untouched.items())))


def _action(result: PruneResult, item: PrunedItem) -> str:
    removed = "would be removed" if result.dry_run else "removed"
    return removed if item.removed else "kept"
