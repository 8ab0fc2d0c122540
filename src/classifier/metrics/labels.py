"""The labels that are counted by name; all others count as `other`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

MAX_LABELS: Final = 200
"""The largest number of labels with a time series of their own."""
OTHER: Final = "other"


def monitored_labels(file: Path, labels: Sequence[str]) -> frozenset[str]:
    """Return the labels to count by name: those that `file` lists, one a line, at most MAX_LABELS of them.

    `build` writes the file from the evaluation set. Without it these are all `labels` of the model, or none
    if the model has more than MAX_LABELS. A line that is no label of the model is ignored.
    """
    known = frozenset(labels)
    try:
        listed = [line for line in file.read_text(encoding="utf-8").splitlines() if line in known]
    except OSError:
        return known if len(known) <= MAX_LABELS else frozenset()
    return frozenset(listed[:MAX_LABELS])
