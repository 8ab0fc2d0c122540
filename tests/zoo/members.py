"""The models of the zoo, and the check that must refuse each; good ones must pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import onnx
from examples.digits.network import Network

import broken_networks as broken
import colours
import digits
from broken_networks import Break
from samples import reseal
from seatrial.model.validation import probe_checks, resource_checks
from zoo import digit_models, files
from zoo.base import Kind

VERSION: Final = "1.1.0"
LIVE: Final = "the live model of the base commit"
LABELS: Final = f"labels: as in {LIVE}"
NOT_WORSE: Final = f"evaluation: not worse than {LIVE}"
FILES: Final = "files: "
LOGITS: Final = {"name": "logits", "kind": "logits", "classes": 10}


@dataclass(frozen=True)
class Member:
    """One model: its name, how to write its directory, and how the failed check begins; empty: it passes.

    `sampled` is whether it is judged on the evaluation set: where its answers matter.
    """

    name: str
    write: Callable[[Path], None]
    caught_by: str = ""
    kind: Kind = "digits"
    sampled: bool = False


def members() -> tuple[Member, ...]:
    """Return all models, the bad ones first."""
    return (*_wrong_answers(), *_wrong_networks(), *_wrong_files(), *_good())


def _wrong_answers() -> tuple[Member, ...]:
    rotated = (*digits.LABELS[1:], digits.LABELS[0])
    swapped = (*digits.LABELS[:8], "nine", "eight")
    return (
        Member("all labels rotated", _labelled(rotated), LABELS),
        Member("two labels swapped", _labelled(swapped), LABELS),
        Member("channels swapped", _colours(channels="BGR"), "golden: red.png", "colours"),
        Member("wrong mean", _digits(mean=[0.5], std=[0.25]), NOT_WORSE, sampled=True),
        Member("slightly worse: 3 in 100", _network(digits.slightly_worse), NOT_WORSE, sampled=True),
        Member("worse: trained with a tenth", _network(digits.worse), NOT_WORSE, sampled=True),
        Member("memorised golden set", _logits(digit_models.memorised), NOT_WORSE, sampled=True),
        Member("constant", _broken(broken.constant), probe_checks.SPREAD),
    )


def _wrong_networks() -> tuple[Member, ...]:
    def dark(model: onnx.ModelProto) -> None:
        broken.nan_on_dark(model, darkest=0.02)

    def slow(model: onnx.ModelProto) -> None:
        broken.slow(model, times=16)

    percent = {"name": "logits", "kind": "probabilities", "classes": 10}
    already = {"name": "probabilities", "kind": "logits", "classes": 10}
    return (
        Member("NaN on dark photos", _broken(dark), probe_checks.FINITE),
        Member("dropout left on", _broken(broken.dropout_on), probe_checks.REPEATED),
        Member("batch-dependent", _broken(broken.batch_dependent), probe_checks.BATCHED),
        Member("batch size of 1 inside", _broken(broken.single_batch), probe_checks.BATCHED),
        Member("logits as probabilities", _logits(digit_models.logits, percent), probe_checks.KIND),
        Member("probabilities as logits", _digits(output=already), probe_checks.KIND),
        Member("slow", _broken(slow), resource_checks.LATENCY),
        Member("hungry", _broken(broken.hungry), resource_checks.MEMORY),
        Member("huge", _logits(digit_models.huge), resource_checks.MEMORY),
    )


def _wrong_files() -> tuple[Member, ...]:
    return (
        Member("external data", _changed(files.external_data), "onnx: no external data file"),
        Member("another opset", _changed(files.unknown_opset), "onnx: known opset"),
        Member("pickle renamed", _changed(files.pickle_renamed), "onnx: readable"),
        Member("pickle beside it", _changed(files.pickle_added), FILES),
        Member("symlink", _changed(files.symlink), FILES),
        Member("path traversal", _changed(files.path_traversal), FILES),
    )


def _good() -> tuple[Member, ...]:
    return (
        Member("other seed", _network(digits.retrained), sampled=True),
        Member("quantised", lambda folder: _write(folder, digit_models.quantised()), sampled=True),
        Member("fine-tuned a little", _network(digit_models.fine_tuned), sampled=True),
        Member("half of what the sample can see", _network(lambda: digits.weaker(0.012)), sampled=True),
        Member("as logits", _logits(digit_models.logits), sampled=True),
    )


def _write(folder: Path, model: onnx.ModelProto) -> None:
    digits.write_model(folder, version=VERSION, model=model)


def _network(make: Callable[[], Network]) -> Callable[[Path], None]:
    return lambda folder: _write(folder, make().model())


def _labelled(labels: tuple[str, ...]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        digits.write_model(folder, version=VERSION, labels=labels)

    return write


def _logits(
    make: Callable[[], onnx.ModelProto], output: dict[str, object] = LOGITS
) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        _write(folder, make())
        reseal(folder, output=output)

    return write


def _broken(fault: Break) -> Callable[[Path], None]:
    def make() -> onnx.ModelProto:
        model = digit_models.logits()
        fault(model)
        return model

    return _logits(make)


def _changed(change: Callable[[Path], None]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        _write(folder, digits.good().model())
        change(folder)

    return write


def _digits(output: dict[str, object] | None = None, **given: object) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        digits.write_model(folder, version=VERSION)
        _describe(folder, given, output)

    return write


def _colours(**given: object) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        colours.write_model(folder, version=VERSION)
        _describe(folder, given, None)

    return write


def _describe(folder: Path, given: dict[str, object], output: dict[str, object] | None) -> None:
    card = json.loads((folder / "model.json").read_text())
    reseal(folder, input={**card["input"], **given}, output=output or card["output"])
