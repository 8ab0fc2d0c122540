"""The command card: create a model directory from an ONNX file."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import RenderableType

from seatrial import console
from seatrial.commands.options import AsJson, Instance, is_interactive, run_stage
from seatrial.errors import UsageError
from seatrial.results import CardResult

app = typer.Typer()
FILE = "Where the file is incomplete"
PRESET = "Instead of the preset's values"
Layout = Literal["NCHW", "NHWC"] | None
Channels = Literal["RGB", "BGR"] | None
Interpolation = Literal["nearest", "bilinear", "bicubic", "lanczos", "box"] | None


@dataclass(frozen=True)
class Terminal:
    """The user at the terminal, if there is one."""

    as_json: bool

    @property
    def interactive(self) -> bool:
        """Whether the user can be asked: a terminal, no CI, and no JSON output."""
        return is_interactive() and not self.as_json

    def show(self, table: RenderableType) -> None:
        """Print a table; on stderr if the result is printed as JSON."""
        if self.as_json:
            console.line(console.plain_text(table))
        else:
            console.show(table)

    def ask(self, question: str, default: str, check: Callable[[str], str]) -> str:
        """Ask until the answer is valid."""

        def checked(text: str) -> str:
            try:
                return check(text)
            except UsageError as error:
                raise typer.BadParameter(f"{error.message}; {error.hint}") from error

        return str(typer.prompt(question, default=default or None, value_proc=checked, err=True))


@app.command(rich_help_panel="Model")
def card(
    onnx: Annotated[
        str, typer.Option(help="the file that the exporter wrote, or its address in a store")
    ] = "",
    labels: Annotated[str, typer.Option(help="text file or address, one label a line, in class order")] = "",
    out: Annotated[Path | None, typer.Option(help="model directory to write")] = None,
    name: Annotated[str, typer.Option(help="name of the model in the store")] = "",
    version: Annotated[str, typer.Option(help="its version, for example 1.0.0")] = "",
    licence: Annotated[str, typer.Option(help="SPDX identifier, for example MIT")] = "",
    preset: Annotated[
        str,
        typer.Option(
            help="torchvision, keras-tf, keras-caffe, raw, custom-vision or unit: how photos are prepared"
        ),
    ] = "",
    photo: Annotated[Path | None, typer.Option(help="photo to show what each preset makes of it")] = None,
    layout: Annotated[Layout, typer.Option(rich_help_panel=FILE, help="order of its axes")] = None,
    size: Annotated[
        str, typer.Option(rich_help_panel=FILE, help="height and width in pixels: 224 or 224x320")
    ] = "",
    output: Annotated[
        str, typer.Option(rich_help_panel=FILE, help="name of the scores, of several outputs")
    ] = "",
    mean: Annotated[
        str, typer.Option(rich_help_panel=PRESET, help="a number, or one for each channel: 0.5,0.4,0.3")
    ] = "",
    std: Annotated[str, typer.Option(rich_help_panel=PRESET, help="as mean, not 0")] = "",
    scale: Annotated[
        float | None,
        typer.Option(rich_help_panel=PRESET, help="a pixel p from 0 to 255 becomes (p * scale - mean) / std"),
    ] = None,
    channels: Annotated[Channels, typer.Option(rich_help_panel=PRESET)] = None,
    resize: Annotated[
        str,
        typer.Option(
            rich_help_panel=PRESET, help="stretch, crop, or the shorter side in pixels before the crop"
        ),
    ] = "",
    interpolation: Annotated[Interpolation, typer.Option(rich_help_panel=PRESET)] = None,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Make a sealed model directory of an ONNX file and a label file.

    The network is rewritten where the app cannot serve it: weights in other files are joined, the scores
    before a map become the output, float16 and float64 are converted. On a terminal it asks for what is
    missing.
    """
    # onnx takes a quarter of a second to import.
    from seatrial.commands.card_values import read_numbers, read_resize, read_size, required_files
    from seatrial.model.card.form import Hints
    from seatrial.model.card.presets import Overrides
    from seatrial.model.card.request import CardRequest
    from seatrial.stages.card import card as stage

    how, shortest_side = read_resize(resize)
    request = CardRequest(
        *required_files(onnx, labels, out),
        name=name,
        version=version,
        licence=licence,
        preset=preset,
        photo=photo,
        hints=Hints(layout or "", read_size(size), output),
        overrides=Overrides(
            mean=read_numbers("MEAN", mean),
            std=read_numbers("STD", std),
            scale=scale,
            channels=channels or "",
            resize=how,
            shortest_side=shortest_side,
            interpolation=interpolation or "",
        ),
    )
    run_stage(instance, as_json, lambda s, w: stage(s, w, request, Terminal(as_json)), _text)


def _text(result: CardResult) -> str:
    model, before = result.model, "" if result.created else ", which was there already"
    lines = [
        f"{model.name} {model.version} ({model.digest}) in {result.path}{before}",
        f"  input    {result.input}, preset {result.preset}",
        f"  output   {result.output}",
        *(f"  changed  {change}" for change in result.changes),
        f"  next     make golden PHOTOS=dir MODEL={shlex.quote(result.path)} OUT=dir",
    ]
    return "\n".join(lines)
