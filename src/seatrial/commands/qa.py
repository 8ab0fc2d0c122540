"""The command for QA: qa-kit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seatrial import console
from seatrial.commands.options import Instance
from seatrial.settings import load
from seatrial.workspace import find

app = typer.Typer()

Image = Annotated[
    str, typer.Option(metavar="REPOSITORY@sha256:…", help="the image to expect; default: the pushed one")
]
Out = Annotated[Path | None, typer.Option(help="the archive; default: .seatrial/NAME/qa-kit.zip")]


@app.command(rich_help_panel="Release")
def qa_kit(instance: Instance = "dev", image: Image = "", out: Out = None) -> None:
    """Write the acceptance suite with its golden set to one archive, for QA.

    Unpacked, `python3 qa-kit https://…` tests an endpoint with nothing but Python 3.11 or newer and
    its packages, and leaves a page. It expects the pushed image and the model of model.lock.
    """
    from seatrial.image_reference import ImageReference
    from seatrial.qa_kit.kit import make_kit

    workspace = find(instance)
    target = out or workspace.directory / "qa-kit.zip"
    size = make_kit(load(workspace), workspace, ImageReference.parse(image) if image else None, target)
    console.line(f"qa-kit: {target}, {size / 1e6:.1f} MB; unpacked: python3 qa-kit https://…")
