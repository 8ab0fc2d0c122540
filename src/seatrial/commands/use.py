"""The command `use`: from the directories of a model to a model.lock to commit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seatrial.commands.model import AcceptLabels
from seatrial.commands.options import AsJson, Instance, run_stage
from seatrial.results import Artefact
from seatrial.use_result import UseResult

app = typer.Typer()


def _use_text(result: UseResult) -> str:
    model, sets = result.model, [result.golden, *([result.evaluation] if result.evaluation else [])]
    what = " with ".join((_named(model), " and ".join(map(_named, sets))))
    lines = [f"{what}, {'published' if result.created else 'published before'}", _change(result)]
    if result.commit:
        lines += [
            "  it is not judged yet: make fetch validate, which the pipeline does too",
            "  release it here:  make pipeline ENV=local",
            f"  commit it:        {result.commit}",
            "  other environments release commits only",
        ]
    return "\n".join(lines)


def _named(artefact: Artefact) -> str:
    return f"{artefact.name} {artefact.version}"


def _change(result: UseResult) -> str:
    if not result.changed:
        return "  model.lock named them already"
    replaced = result.before and result.before != result.model
    before = f" instead of {_named(result.before)}" if result.before and replaced else ""
    missing = "" if result.evaluation else ", without an evaluation set"
    return f"  model.lock names {_named(result.model)}{before}{missing}"


@app.command(rich_help_panel="Model")
def use(
    model: Annotated[Path | None, typer.Argument(help="model directory; default: the locked model")] = None,
    golden: Annotated[
        Path | None, typer.Option(help="golden set directory; default: the locked one, of the same model")
    ] = None,
    evaluation: Annotated[
        Path | None, typer.Option(help="evaluation set directory; default: the locked one, of the same model")
    ] = None,
    accept_labels: AcceptLabels = "",
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Publish a model with its golden set, write model.lock to ship them, and print the commit to make."""
    from seatrial.stages.use import use as stage

    run_stage(
        instance,
        as_json,
        lambda s, w: stage(
            s, w, model=model, golden=golden, evaluation=evaluation, accept_labels=accept_labels
        ),
        _use_text,
    )
