"""Commands for the image: build, lock-base, check, push."""

from __future__ import annotations

import typer

from seatrial import console
from seatrial.commands.options import AsJson, Instance, run_stage
from seatrial.settings import load
from seatrial.workspace import find

app = typer.Typer()


@app.command(rich_help_panel="Image")
def build(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Build one image of the app and the model."""
    from seatrial.stages.build import build as stage

    run_stage(instance, as_json, stage, "{r.image_id}, base image {r.base} {r.base_state}")


@app.command(rich_help_panel="Image")
def lock_base(instance: Instance = "dev") -> None:
    """Pin the base image in seatrial.toml by the digest of its index; its registry must be reachable."""
    from seatrial.image.base_lock import lock_base as lock

    workspace = find(instance)
    pinned = lock(workspace.root / "seatrial.toml", load(workspace).registry)
    console.line(f"lock-base: {pinned}")


@app.command(rich_help_panel="Image")
def check(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Run the image tests against the built image, in containers."""
    from seatrial.stages.check import check as stage

    run_stage(instance, as_json, stage, "{r.passed} tests passed on {r.image_id}")


@app.command(rich_help_panel="Image")
def push(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Push the checked image to the registry and verify it there."""
    from seatrial.stages.push import push as stage

    run_stage(instance, as_json, stage, "{r.reference}")
