"""The result of `golden`."""

from __future__ import annotations

from typing import Literal

from seatrial.results import Artefact, StageResult


class GoldenResult(StageResult):
    """A golden or evaluation set made of photos, with the page for its review.

    `labels` is the number of the model's `classes` that a photo has, `right` the number of photos that the
    model gets right. `left_out` were wrong, `near` have a second label that is nearly as probable.
    """

    stage: Literal["golden"] = "golden"
    kind: str
    artefact: Artefact
    path: str
    page: str
    model: str
    classes: int
    labels: int
    photos: int
    originals: int
    right: int
    left_out: tuple[str, ...]
    without_licence: int
    near: tuple[str, ...]
    created: bool
