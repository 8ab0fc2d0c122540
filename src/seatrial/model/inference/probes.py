"""Measures in the subprocess what photos with known answers do not show of a model."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imagemodel.classifier import ImageClassifier
from imagemodel.errors import PredictionError
from seatrial.model.inference.pictures import changed_photos, dark_photos, odd_photos
from seatrial.model.inference.probe_result import BatchAnswers, OddAnswer, OutputRange, ProbeResult

BATCH: Final = 8
MOST_PHOTOS: Final = 16
"""Of more photos the first ones are used."""

REPETITIONS: Final = 3
"""A network of few random numbers gives some photos the same answer twice."""

CHANGED_SECONDS: Final = 5.0
"""No further photo is changed after this time."""

# The numbers of the network, one row an image, or why there are none.
_Outputs = NDArray[np.float32] | str


def run_batch(model: ImageClassifier, photos: Sequence[bytes]) -> None:
    """Predict BATCH photos at once, for the memory that it takes; `probe` judges the answers."""
    _outputs(model, *(list(photos) * BATCH)[:BATCH])


def probe(model: ImageClassifier, photos: Sequence[bytes]) -> ProbeResult:
    """Return the measurements of a model on at most MOST_PHOTOS of `photos`, of which there is at least one.

    Raises PredictionError if no photo has an answer, ImageError if one cannot be decoded.
    """
    known = list(photos[:MOST_PHOTOS])
    spec = model.card.input
    odd = dict([*odd_photos(spec.height, spec.width), *dark_photos(known[0])])
    images = [*known, *odd.values()]
    first = [_outputs(model, image) for image in images]
    # All others are between two answers to the same photo, for a model that keeps a state.
    again = [[_outputs(model, image) for image in images] for _ in range(REPETITIONS)]
    answered = [each for each in first if not isinstance(each, str)]
    if not answered:
        raise PredictionError(f"{model.card.name}: no finite numbers for any photo")
    return ProbeResult(
        outputs=output_range(answered),
        repeated=max(_difference(model, *pair) for each in again for pair in zip(first, each, strict=True)),
        batch=_batch(model, images[:BATCH], first[:BATCH]),
        spread=max(_difference(model, answered[0], each) for each in answered),
        odd=tuple(_odd_answer(model, *each) for each in zip(odd, first[len(known) :], strict=True)),
        kept=tuple(_kept(model, known)),
    )


def _outputs(model: ImageClassifier, *images: bytes) -> _Outputs:
    try:
        return model.outputs(model.prepare(images))
    except PredictionError as error:
        return error.message


def output_range(outputs: Iterable[NDArray[np.float32]]) -> OutputRange:
    """Return the range of the numbers of a network, which gave at least one row."""
    numbers = np.concatenate(list(outputs)).astype(np.float64)
    sums = numbers.sum(axis=1)
    return OutputRange(least=numbers.min(), most=numbers.max(), least_sum=sums.min(), most_sum=sums.max())


def _difference(model: ImageClassifier, one: _Outputs, other: _Outputs) -> float:
    if isinstance(one, str) or isinstance(other, str):
        # The greatest difference of a probability, unless both have no answer.
        return 0.0 if isinstance(one, str) and isinstance(other, str) else 1.0
    return float(np.abs(model.probabilities(one) - model.probabilities(other)).max())


def _batch(model: ImageClassifier, images: Sequence[bytes], singles: Sequence[_Outputs]) -> BatchAnswers:
    together = _outputs(model, *images)
    if isinstance(together, str):
        # One image without an answer alone has none in a batch either; another probe reports it.
        fault = "" if any(isinstance(each, str) for each in singles) else together
        return BatchAnswers(size=len(images), difference=0.0, fault=fault)
    pairs = zip(singles, np.split(together, len(images)), strict=True)
    return BatchAnswers(size=len(images), difference=max(_difference(model, *pair) for pair in pairs))


def _odd_answer(model: ImageClassifier, picture: str, outputs: _Outputs) -> OddAnswer:
    if isinstance(outputs, str):
        return OddAnswer(picture=picture, fault=outputs)
    best = model.rank(model.probabilities(outputs), top=1)[0][0]
    return OddAnswer(picture=picture, label=best.label, probability=best.probability)


def _kept(model: ImageClassifier, photos: Iterable[bytes]) -> Iterator[tuple[bool, ...]]:
    end = time.monotonic() + CHANGED_SECONDS
    for photo in photos:
        if time.monotonic() > end:
            return
        answers = [_best(model, image) for image in changed_photos(photo)]
        yield tuple(answer == answers[0] for answer in answers[1:])


def _best(model: ImageClassifier, image: bytes) -> int:
    outputs = _outputs(model, image)
    return -1 if isinstance(outputs, str) else int(outputs.argmax())
