"""Commands for the model: publish, fetch, validate, update."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal

from seatrial.check_result import tally
from seatrial.commands.options import FLAG, AsJson, Instance, run_stage
from seatrial.model.validation.check_table import as_text
from seatrial.results import FetchResult, PublishResult, ValidateResult

app = typer.Typer()
AcceptLabels = Annotated[
    str,
    typer.Option(
        envvar="ACCEPT_LABELS",
        metavar="REASON",
        help="accept labels that were dropped, renamed or moved; model.lock then names you and the reason",
    ),
]


def _publish_text(result: PublishResult) -> str:
    artefacts = (result.model, result.golden, result.evaluation)
    what = " and ".join(f"{a.name} {a.version} ({a.digest})" for a in artefacts if a)
    if result.completed:
        what += ", completes an interrupted publication"
    elif not result.created:
        what += ", published before"
    kept = result.channel_kept_at
    return what + (
        f"\nthe channel stays at {kept}, which is not older; --channel NAME moves it" if kept else ""
    )


def _fetch_text(result: FetchResult) -> str:
    sent = result.bytes_transferred
    source = f"{decimal(sent)} from the store" if sent else "from the cache"
    return f"{result.model.name} {result.model.version} {result.model.digest}, {source}"


def _validate_text(result: ValidateResult) -> str:
    model = result.model
    return f"{model.name} {model.version} passed\n{as_text(result.verdicts)}\n{tally(result.verdicts)}"


@app.command(rich_help_panel="Model")
def publish(
    model: Annotated[Path | None, typer.Argument(help="model directory")] = None,
    golden: Annotated[Path | None, typer.Option(help="golden set directory")] = None,
    evaluation: Annotated[Path | None, typer.Option(help="evaluation set directory")] = None,
    if_absent: Annotated[
        bool, typer.Option(metavar=FLAG, help="accept an existing version with the same digest")
    ] = False,
    channel: Annotated[
        str,
        typer.Option(help="channel to move to it, or none; default: model.channel, if the version is new"),
    ] = "",
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Publish a model, a golden set and an evaluation set, or one of them, as immutable versions."""
    from seatrial.stages.publish import publish as stage

    run_stage(
        instance,
        as_json,
        lambda s, w: stage(
            s,
            w,
            model=model,
            golden=golden,
            evaluation=evaluation,
            if_absent=if_absent,
            channel=channel or None,
        ),
        _publish_text,
    )


@app.command(rich_help_panel="Model")
def fetch(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Fetch what model.lock names from the store or the cache, and verify all files."""
    from seatrial.stages.fetch import fetch as stage

    run_stage(instance, as_json, stage, _fetch_text)


@app.command(rich_help_panel="Model")
def validate(
    model: Annotated[Path | None, typer.Option(help="model directory; default: the fetched one")] = None,
    golden: Annotated[Path | None, typer.Option(help="golden set directory, with --model")] = None,
    evaluation: Annotated[Path | None, typer.Option(help="evaluation set directory, with --model")] = None,
    accept_labels: AcceptLabels = "",
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Check the fetched model, for build; or with --model and --golden one that is not published yet."""
    from seatrial.stages.validate import validate as stage
    from seatrial.stages.validate import validate_directories

    if not (model or golden or evaluation):
        run_stage(instance, as_json, lambda s, w: stage(s, w, accept_labels=accept_labels), _validate_text)
        return
    run_stage(
        instance,
        as_json,
        lambda s, w: validate_directories(
            s, w, model=model, golden=golden, evaluation=evaluation, accept_labels=accept_labels
        ),
        _validate_text,
        write=False,
    )


@app.command(rich_help_panel="Model")
def update(accept_labels: AcceptLabels = "", instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Move model.lock to the newest model of the channel, if that model passes validation."""
    from seatrial.stages.update import update as stage

    text = "{r.model.version}, changed: {r.changed}"
    run_stage(instance, as_json, lambda s, w: stage(s, w, accept_labels=accept_labels), text)
