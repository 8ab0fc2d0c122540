"""Commands for the published models: list, show, diff, prune."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from seatrial import console
from seatrial.commands.maintenance import show_pruned
from seatrial.commands.options import FLAG, AsJson, DryRun, Instance, Yes, is_interactive, run_stage
from seatrial.settings import load
from seatrial.workspace import find

if TYPE_CHECKING:
    from seatrial.model.published.comparison import ModelDetails, ModelDiff
    from seatrial.retention.model_versions import VersionPlan
    from seatrial.stages.models import ModelsResult

LABELS_SHOWN = 20

app = typer.Typer()
group = typer.Typer(no_args_is_help=True, help="List, show, compare and remove published models.")
app.add_typer(group, name="models", rich_help_panel="Model")
Name = Annotated[str, typer.Argument(help="name of the model; default: that of model.lock")]


@group.command("list")
def list_models(
    name: Name = "",
    limit: Annotated[int, typer.Option(help="number of versions")] = 50,
    skip: Annotated[int, typer.Option(help="number of newer versions to leave out")] = 0,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild", metavar=FLAG, help="first add versions to the index that an older program published"
        ),
    ] = False,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """List the published versions of a model, the last published first."""
    from seatrial.stages.models import models as stage

    workspace = find(instance)
    found = stage(load(workspace), workspace, name, limit=limit, skip=skip, rebuild=rebuild)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        _show_list(found)


@group.command()
def show(
    name: Annotated[str, typer.Argument(help="NAME VERSION, NAME/VERSION or VERSION")],
    version: Annotated[str, typer.Argument(help="version")] = "",
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Show a published model: card, metrics, files, publication, channels."""
    from seatrial.model.published.comparison import show as stage
    from seatrial.model.published.comparison import split

    workspace = find(instance)
    if not version:
        name, version = split(workspace, name)
    found = stage(load(workspace), name, version)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        _show_model(found)


@group.command()
def diff(
    old: Annotated[str, typer.Argument(help="VERSION or NAME/VERSION")],
    new: Annotated[str, typer.Argument(help="VERSION or NAME/VERSION")],
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Compare two published models: fields of the card, files, labels line by line."""
    from seatrial.model.published.comparison import compare

    workspace = find(instance)
    found = compare(load(workspace), workspace, old, new)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        _show_diff(found)


@group.command()
def prune(
    name: Name = "",
    keep: Annotated[int, typer.Option(help="number of newest versions that are kept")] = 10,
    dry_run: DryRun = False,
    yes: Yes = False,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Remove old versions that no channel, release or model.lock refers to.

    On a terminal the plan is shown first and must be confirmed; elsewhere --yes is required.
    """
    from seatrial.stages.prune_models import prune_models as stage

    # A version that is removed cannot be had again, unlike an image, which can be built.
    ask = _confirm if is_interactive() and not yes else None
    run_stage(
        instance,
        as_json,
        lambda s, w: stage(s, w, keep=keep, name=name, dry_run=dry_run or not (yes or ask), confirm=ask),
        show_pruned,
    )


def _show_list(found: ModelsResult) -> None:
    table = Table("version", "published (UTC)", "by", "channels", "digest", box=None, pad_edge=False)
    for row in found.versions:
        cells = (row.version, row.published, row.publisher, ", ".join(row.channels), row.digest[:19])
        table.add_row(*map(Text, cells))
    if found.versions:
        console.show(table)
    elif found.unindexed:
        console.line(f"{found.name}: not in the index, see --rebuild: {', '.join(found.unindexed)}")
    else:
        console.line(f"{found.name} has no published versions")


def _show_model(found: ModelDetails) -> None:
    from seatrial.model.published.comparison import flat

    table = Table("field", "value", box=None, pad_edge=False)
    facts = {"name": found.name, "version": found.version, "digest": found.digest}
    facts |= {"channels": ", ".join(found.channels)}
    for field, value in {**facts, **flat(found.publication, "publication."), **flat(found.card)}.items():
        table.add_row(Text(field), Text(value if isinstance(value, str) else json.dumps(value)))
    console.show(table)


def _show_diff(found: ModelDiff) -> None:
    old, new = (f"{each.name} {each.version}" for each in (found.old, found.new))
    table = Table("", escape(old), escape(new), box=None, pad_edge=False)
    for change in (*found.fields, *found.files):
        table.add_row(Text(change.what), Text(change.old), Text(change.new))
    if found.fields or found.files:
        console.show(table)
    for label in found.labels[:LABELS_SHOWN]:
        console.show(Text(f"label {label}"))
    if more := found.labels[LABELS_SHOWN:]:
        console.line(f"and {len(more)} more labels: --json has all of them")
    if not (found.fields or found.files or found.labels):
        console.line(f"{old} and {new} have the same card, files and labels")


def _confirm(plan: VersionPlan) -> bool:
    console.line(f"to be removed: {', '.join(plan.removals)}")
    try:
        return typer.confirm(f"Remove these {len(plan.removals)} from the store for good?", err=True)
    except typer.Abort:
        return False
