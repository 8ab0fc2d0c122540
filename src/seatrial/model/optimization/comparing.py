"""How an optimised model compares with the one that it was made of: size, time, agreement."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from imagemodel.card import MODEL
from imagemodel.classifier import ImageClassifier
from seatrial.model.validation.examination import Examination
from seatrial.model.validation.live import NoLiveModel

ROUNDS: Final = 30
WARM_UP: Final = 5


@dataclass(frozen=True)
class Comparison:
    """Bytes of the network and milliseconds of an inference, new and before; agreement in words."""

    size: int
    size_before: int
    milliseconds: float
    milliseconds_before: float
    agreement: tuple[str, ...]


def compare_models(new: Path, before: Path, found: Examination) -> Comparison:
    """Return the comparison of two model directories; `found` is the examination of `new` against `before`.

    The time is the median processor time of an inference of the first golden photo on one thread, without
    decoding it; both models run in turn.
    """
    models = [ImageClassifier.load(folder) for folder in (new, before)]
    times = _in_turn(models, found.photos[0].path.read_bytes())
    return Comparison(
        size=(new / MODEL).stat().st_size,
        size_before=(before / MODEL).stat().st_size,
        milliseconds=times[0],
        milliseconds_before=times[1],
        agreement=tuple(_agreement(found)),
    )


def _in_turn(models: list[ImageClassifier], photo: bytes) -> list[float]:
    batch = models[0].prepare([photo])
    seconds: list[list[float]] = [[] for _ in models]
    for number in range(WARM_UP + ROUNDS):
        for model, measured in zip(models, seconds, strict=True):
            start = time.thread_time()
            model.infer(batch)
            if number >= WARM_UP:
                measured.append(time.thread_time() - start)
    return [round(median(measured) * 1000, 3) for measured in seconds]


def _agreement(found: Examination) -> list[str]:
    if found.new is None or found.live is None or isinstance(found.live, NoLiveModel):
        return []
    pairs = list(zip(found.new.result.predictions, found.live.result.predictions, strict=True))
    same = sum(one.label == other.label for one, other in pairs)
    lines = [f"{same} of {len(pairs)} photos of the golden set"]
    judged = found.judged
    if judged and not isinstance(judged.live, NoLiveModel):
        share = judged.agreement(judged.live)
        lines.append(f"{share:.1%} of {judged.size} originals of the evaluation set")
    return lines
