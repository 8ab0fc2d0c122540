"""card: make a sealed model directory of an ONNX file and a label file."""

from __future__ import annotations

from pathlib import Path

from seatrial import console
from seatrial.model.card.importing import local_files
from seatrial.model.card.label_file import read_labels, require_map_labels
from seatrial.model.card.presets import fitting, input_spec
from seatrial.model.card.questions import ask_for_missing
from seatrial.model.card.request import CardRequest, Dialogue
from seatrial.model.card.rewriting import read_network
from seatrial.model.card.sealing import Sealed, seal_model
from seatrial.model.card.table import described, table_of
from seatrial.model.card.trial import run_trial
from seatrial.results import Artefact, CardResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.workspace import Workspace


def card(settings: Settings, workspace: Workspace, request: CardRequest, dialogue: Dialogue) -> CardResult:
    """Write the directory `request.out` with the network, the labels and the card.

    The network is rewritten where the app cannot serve it, and run, isolated. What the request leaves out is
    asked for, if the user can be asked. Raises UsageError if something is missing or a file cannot be read,
    RefusedError if the network cannot be served, the labels do not match it, or the directory exists with
    other content.
    """
    stage_run = StageRun()
    request.check()
    if not dialogue.interactive and not request.photo:
        request.require_complete()
    with local_files(request, settings.store) as (onnx, labels):
        sealed, changes = _seal(settings, request, onnx, labels, dialogue)
    model = sealed.card
    return CardResult(
        **stage_run.fields(workspace),
        model=Artefact(name=model.name, version=model.version, digest=model.digest),
        path=str(request.out),
        created=sealed.created,
        preset=model.origin.preset if model.origin else "",
        input=f"{model.input.name}: {model.input.height} x {model.input.width} {model.input.layout} "
        f"{model.input.dtype}, {described(model.input)}",
        output=f"{model.output.name}: {model.output.classes} classes, {model.output.kind}",
        changes=changes,
    )


def _seal(
    settings: Settings, request: CardRequest, onnx: Path, label_file: Path, dialogue: Dialogue
) -> tuple[Sealed, tuple[str, ...]]:
    labels = read_labels(label_file)
    network = read_network(onnx, len(labels.names), request.hints)
    require_map_labels(labels, network.map_labels, label_file.name)
    presets = fitting(network.input)
    first = [request.preset] if request.preset else []
    names = dict.fromkeys([*first, *(presets if request.photo or not first else ())])
    specs = {name: input_spec(name, network.input, network.metadata, request.overrides) for name in names}
    with console.step(f"run {onnx.name}"):
        trial = run_trial(network, specs, request.photo, settings.validation)
    for warning in trial.warnings:
        console.line(f"  warning: {warning}")
    if request.photo:
        dialogue.show(table_of(specs, trial.guesses, labels.names, request.photo.name))
    complete = ask_for_missing(request, presets, network.metadata, dialogue)
    sealed = seal_model(complete, specs[complete.preset], trial, labels)
    return sealed, (*trial.network.changes, *labels.changes)
