"""What the subprocess measures of a model beside the answers to photos."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from seatrial.model.inference.message import Message

VARIANTS: Final = (
    "shifted left",
    "shifted right",
    "darker",
    "brighter",
    "mirrored",
    "JPEG quality 50",
)
"""The changes of a photo, in the order of `ProbeResult.kept`."""

SUBJECTLESS: Final = ("black", "white", "grey", "noise", "grey noise")
"""The odd photos that show nothing, so that no answer to them can be right."""

PREDICTIONS: Final = 150
"""More predictions than the probes need, so that a model at its limit of time has time for them."""

_ONE_EACH: Final = Field(min_length=len(VARIANTS), max_length=len(VARIANTS))
Finite = Annotated[float, Field(allow_inf_nan=False)]


class OutputRange(Message):
    """The least and the greatest number of the network, before softmax, and sum of one image's numbers."""

    least: Finite
    most: Finite
    least_sum: Finite
    most_sum: Finite


class OddAnswer(Message):
    """The answer to an odd photo: the best label with its probability, or why there was no answer."""

    picture: str
    label: str = ""
    probability: Finite = 0.0
    fault: str = ""


class Memory(Message):
    """Resident memory of the process in bytes: before the model was loaded, and at most afterwards."""

    before: Annotated[int, Field(ge=0)]
    peak: Annotated[int, Field(ge=0)]


class BatchAnswers(Message):
    """The greatest difference of a probability between images in a batch and alone, or why it has none."""

    size: Annotated[int, Field(ge=1)]
    difference: Finite = 0.0
    fault: str = ""


class ProbeResult(Message):
    """The measurements of one model; a difference is the greatest one of any probability.

    `repeated` is between answers to the same photo, `spread` between answers to different photos. `kept` has
    for each photo that was changed whether each of VARIANTS keeps its answer.
    """

    outputs: OutputRange
    repeated: Finite
    batch: BatchAnswers
    spread: Finite
    odd: tuple[OddAnswer, ...]
    kept: tuple[Annotated[tuple[bool, ...], _ONE_EACH], ...] = ()
