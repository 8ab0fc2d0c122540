"""Run a network for the first time, isolated, and judge how it behaves."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from imagemodel.card import MODEL, InputSpec
from seatrial.errors import RefusedError, UsageError
from seatrial.model.card.rewriting import Network, for_single_photos
from seatrial.model.inference.card.run import SECONDS, try_network
from seatrial.model.inference.card.task import Guess, TrialResult, TrialTask
from seatrial.model.onnx_safety import inspect
from seatrial.model.validation.isolation import isolation_checks
from seatrial.settings import Validate

TOP = 3


@dataclass(frozen=True)
class Trial:
    """A network that was run: the form that works, the kind of its scores, and the best classes of the photo.

    `guesses` are by the name of the preset, and empty without a photo. `warnings` are sentences for the user.
    """

    network: Network
    kind: Literal["logits", "probabilities"]
    guesses: dict[str, tuple[Guess, ...]]
    warnings: tuple[str, ...]


def run_trial(network: Network, specs: dict[str, InputSpec], photo: Path | None, limits: Validate) -> Trial:
    """Run a network with its input prepared in each of the ways of `specs`, which are by name of the preset.

    Raises RefusedError if it is not safe, cannot be run, is random or has another output than its graph ends
    with; UsageError if the photo cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="seatrial-card-") as folder:
        path = Path(folder) / MODEL
        path.write_bytes(network.raw)
        _require_safe(path, network.path.name)
        result = _run(network, path, specs, photo, limits)
    _judge(result, network, network.path.name)
    if not result.batches and not network.input.batch:
        network = for_single_photos(network)
    warnings = []
    if result.bounded and result.kind == "logits":
        warnings.append(
            "its scores for random photos are from 0 to 1 but do not add to 1; they are taken as logits"
        )
    return Trial(network, result.kind, dict(zip(specs, result.guesses, strict=False)), tuple(warnings))


def _require_safe(path: Path, file: str) -> None:
    for check in inspect(path):
        if not check.passed:
            raise RefusedError(
                f"{file} is unsafe: {check.name}: {check.detail}",
                "export it again, with standard operators and a current opset",
            )


def _run(
    network: Network, path: Path, specs: dict[str, InputSpec], photo: Path | None, limits: Validate
) -> TrialResult:
    task = TrialTask(
        model=path.resolve(),
        inputs=tuple(specs.values()),
        output=network.output,
        classes=network.classes,
        photo=photo.resolve() if photo else None,
        top=TOP,
        cpu_seconds=SECONDS,
        require_isolation=limits.require_isolation,
    )
    result, confinement = try_network(task)
    for check in isolation_checks(confinement, limits.require_isolation):
        if not check.passed:
            raise RefusedError(check.detail, "run it on Linux with seccomp and Landlock")
    return result


def _judge(result: TrialResult, network: Network, file: str) -> None:
    if result.photo_fault:
        raise UsageError(f"PHOTO: {result.photo_fault}", "pass a JPEG, PNG or WebP image")
    if result.fault:
        raise RefusedError(f"{file} cannot be run: {result.fault}", "export the network to ONNX again")
    if not result.repeats:
        raise RefusedError(
            f"{file} gives other answers for the same photo", "call `model.eval()` before the export"
        )
    if network.operator == "Softmax" and result.kind != "probabilities":
        raise RefusedError(
            f"{file} ends with a softmax, but its probabilities do not add to 1",
            "take the softmax over the classes, or export without it",
        )
