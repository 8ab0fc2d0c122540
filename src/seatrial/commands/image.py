"""The image: built once, checked, pushed."""

from __future__ import annotations

import typer

from seatrial.commands.options import AsJson, Instance, run_stage

app = typer.Typer()


@app.command(rich_help_panel="Image")
def build(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Build the one image: app and model."""
    from seatrial.stages.build import build as stage

    run_stage(instance, as_json, stage, "{r.image_id}")


@app.command(rich_help_panel="Image")
def check(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Test the built image under testcontainers."""
    from seatrial.stages.check import check as stage

    run_stage(instance, as_json, stage, "{r.passed} tests passed on {r.image_id}")


@app.command(rich_help_panel="Image")
def push(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Push the checked image; what arrived must be what was checked."""
    from seatrial.stages.push import push as stage

    run_stage(instance, as_json, stage, "{r.reference}")
