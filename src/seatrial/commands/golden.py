"""Commands for golden and evaluation sets: make, list, show, compare."""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from seatrial.commands import photo_sets
from seatrial.commands.options import AsJson, Instance, run_stage
from seatrial.errors import UsageError
from seatrial.model.artefacts import EVALUATION_SET, GOLDEN_SET
from seatrial.model.photo_sets.result import GoldenResult
from seatrial.model.photo_sets.wording import counted_noun, shortened

app = typer.Typer()
group = typer.Typer()
group.add_typer(photo_sets.app)
app.add_typer(group, name="golden", rich_help_panel="Model")


class Kind(StrEnum):
    """The kinds of sets of photos."""

    GOLDEN = "golden"
    EVALUATION = "evaluation"


class Wrong(StrEnum):
    """What happens to a golden photo that the model gets wrong."""

    REFUSE = "refuse"
    LEAVE_OUT = "leave-out"


KINDS = {Kind.GOLDEN: GOLDEN_SET, Kind.EVALUATION: EVALUATION_SET}


@group.callback(invoke_without_command=True)
def golden(
    context: typer.Context,
    photos: Annotated[
        Path | None, typer.Option(help="folder with a folder for each label, or a CSV file: file,label")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="directory of the model that predicts the photos")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="directory to write; it must not exist")] = None,
    name: Annotated[str, typer.Option(help="name of the set; default: that of the model, and the kind")] = "",
    version: Annotated[str, typer.Option(help="version of the set; default: 1.0.0")] = "",
    kind: Annotated[Kind, typer.Option(help="every photo must be right, or a sample")] = Kind.GOLDEN,
    wrong: Annotated[
        Wrong, typer.Option(help="golden photos that the model gets wrong: refuse the set, or leave them out")
    ] = Wrong.REFUSE,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Make a golden or evaluation set from photos, and a page to review it; or list, show, compare sets."""
    if context.invoked_subcommand:
        return
    # Imports onnxruntime.
    from seatrial.model.photo_sets.create import SetRequest
    from seatrial.stages.golden import golden as stage

    request = SetRequest(
        photos=_given(photos, "photos"),
        model=_given(model, "model"),
        out=_given(out, "out"),
        kind=KINDS[kind],
        name=name,
        version=version,
        leave_out_wrong=wrong is Wrong.LEAVE_OUT,
    )
    run_stage(instance, as_json, lambda s, w: stage(s, w, request), golden_text)


def _given(path: Path | None, option: str) -> Path:
    if path is None:
        usage = "make golden PHOTOS=dir MODEL=dir OUT=dir [NAME= VERSION= KIND=golden|evaluation]"
        raise UsageError(f"--{option} is missing", usage)
    return path


def golden_text(result: GoldenResult) -> str:
    """Return what was made, what a person should look at, and the next command."""
    artefact, variable = result.artefact, "GOLDEN" if result.kind == GOLDEN_SET.title else "EVALUATION"
    size = counted_noun(result.photos, "photo")
    if result.originals != result.photos:
        size += f" of {counted_noun(result.originals, 'original')}"
    lines = [
        f"{result.kind} {artefact.name} {artefact.version} ({artefact.digest})"
        + ("" if result.created else ", made before"),
        f"  {size}, for {result.labels} of {result.classes} labels, in {result.path}",
        f"  {result.model} gets {result.right} of {result.photos} right",
        *_warnings(result),
        f"  review {Path(result.page).as_uri()}, then publish it: "
        f"make publish {variable}={shlex.quote(result.path)}",
    ]
    return "\n".join(lines)


def _warnings(result: GoldenResult) -> list[str]:
    found = []
    if result.kind == GOLDEN_SET.title:
        found.append("  least probability: half of what the model gives, rounded down to 0.05")
    if result.left_out:
        found.append(f"  left out, because they are wrong: {shortened(result.left_out, ', ')}")
    if result.kind == GOLDEN_SET.title and result.near:
        found.append(f"  warning: a second label is nearly as probable: {shortened(result.near, ', ')}")
    if result.without_licence:
        found.append(
            f"  warning: {counted_noun(result.without_licence, 'photo')} without a licence: "
            "state it in a column licence of the CSV file, or in a file LICENSE beside the photos"
        )
    return found
