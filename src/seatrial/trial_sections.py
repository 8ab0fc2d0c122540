"""The tables of seatrial.toml for the trial of a model: the pod that it will run in, and the probes."""

from __future__ import annotations

from pydantic import Field

from seatrial.section import Section


class Pod(Section):
    """The memory of one pod (MiB) and its worker processes, in the trial, in `check` and in the cluster.

    A pod requests 288 MiB (`deploy/base/slot`), and a limit is not below the request.
    """

    memory_mb: int = Field(default=768, ge=288)
    workers: int = Field(default=2, ge=1, le=64)


class Probes(Section):
    """Thresholds for the answers to photos without a known answer.

    `max_odd_confidence` is the greatest probability for a photo without a subject, `max_robustness_loss` how
    much smaller than the live model's the share of changed photos that keep their answer may be (both 0 to
    1). With `refuse_odd_confidence` the former is required without a live model too.
    """

    max_odd_confidence: float = Field(default=0.9, ge=0, le=1)
    refuse_odd_confidence: bool = False
    max_robustness_loss: float = Field(default=0.2, ge=0, le=1)
