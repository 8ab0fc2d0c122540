"""The model: from a directory to a verified copy of what the lock names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seatrial.commands.options import AsJson, Instance, run_stage
from seatrial.model.check_table import as_text
from seatrial.results import PublishResult, ValidateResult

app = typer.Typer()


def _published(result: PublishResult) -> str:
    what = " and ".join(f"{a.name} {a.version} ({a.digest})" for a in (result.model, result.golden) if a)
    return what + ("" if result.created else ", there already")


def _judged(result: ValidateResult) -> str:
    model, kept = result.model, len(result.verdicts)
    return f"{model.name} {model.version} passed\n{as_text(result.verdicts)}\n{kept} promises kept"


@app.command(rich_help_panel="Model")
def publish(
    model: Annotated[Path | None, typer.Argument(help="model directory")] = None,
    golden: Annotated[Path | None, typer.Option(help="golden set directory")] = None,
    if_absent: Annotated[bool, typer.Option(help="an equal version already there is no error")] = False,
    channel: Annotated[
        str, typer.Option(help="pointer to move; default: [model] channel, if new; none: leave it")
    ] = "",
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Publish a model and a golden set to the store, each version once and for ever."""
    from seatrial.stages.publish import publish as stage

    run_stage(
        instance,
        as_json,
        lambda s, w: stage(s, w, model=model, golden=golden, if_absent=if_absent, channel=channel or None),
        _published,
    )


@app.command(rich_help_panel="Model")
def fetch(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Fetch the locked model and golden set from the store, and verify every byte."""
    from seatrial.stages.fetch import fetch as stage

    run_stage(instance, as_json, stage, "{r.model.name} {r.model.version} {r.model.digest}")


@app.command(rich_help_panel="Model")
def validate(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Judge the fetched model; nothing is built without a passing report."""
    from seatrial.stages.validate import validate as stage

    run_stage(instance, as_json, stage, _judged)


@app.command(rich_help_panel="Model")
def update(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Move model.lock to the channel's newest model, if that one validates."""
    from seatrial.stages.update import update as stage

    run_stage(instance, as_json, stage, "{r.model.version}, changed: {r.changed}")
