"""What the subprocess gets as its argument, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from imagemodel.card import InputSpec
from seatrial.model.inference.message import Message


class TrialTask(Message):
    """An ONNX file to run, and a photo to predict, prepared in each of the ways of `inputs`.

    The network has one output, `output`, of shape [batch, `classes`]. Each photo gets the `top` best classes.
    """

    model: Path
    inputs: tuple[InputSpec, ...]
    output: str
    classes: int
    photo: Path | None
    top: int
    cpu_seconds: int
    require_isolation: bool = False


class Guess(Message):
    """A class by its index, and its probability from 0 to 1."""

    index: int = Field(ge=0)
    probability: float = Field(ge=-0.01, le=1.01)


class TrialResult(Message):
    """How the network behaved, or the fault that prevented it.

    `kind`, `bounded`, `repeats` and `batches` are about random photos: the kind of their scores, whether all
    scores were from 0 to 1, whether the same photo got the same scores twice, and whether several photos at
    once got the same as one at a time. `guesses` has the best classes of the user's photo for each way of
    preparing it.
    """

    fault: str = ""
    photo_fault: str = ""
    kind: Literal["logits", "probabilities"] = "logits"
    bounded: bool = False
    repeats: bool = True
    batches: bool = True
    guesses: tuple[tuple[Guess, ...], ...] = ()
