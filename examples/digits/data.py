"""scikit-learn's 1,797 handwritten digits, and how they are split."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from examples.digits.network import Array

FILE: Final = Path(__file__).parent / "digits.csv.gz"
SOURCE: Final = "E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, by scikit-learn"
LICENCE: Final = "CC-BY-4.0"
LABELS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
LEVELS: Final = 16
"""The largest value of a pixel in the file."""
TRAINING: Final = 697
EVALUATION: Final = 1100
"""The first digits train, the last ones are the evaluation set; the two were written at different times."""


@dataclass(frozen=True)
class Digits:
    """Images as rows of 64 pixels from 0 to 1, and the digit of each."""

    images: Array
    digits: NDArray[np.int64]

    def part(self, start: int, stop: int | None = None) -> Digits:
        """Return the images from `start` to before `stop`."""
        return Digits(self.images[start:stop], self.digits[start:stop])


@cache
def load() -> Digits:
    """Return all 1,797 digits, in the order of the file."""
    with gzip.open(FILE) as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.int64)
    return Digits((table[:, :-1] / LEVELS).astype(np.float32), table[:, -1])


def training() -> Digits:
    """Return the digits that train the networks; the golden set is chosen from them."""
    return load().part(0, TRAINING)


def held_out() -> Digits:
    """Return the digits of the evaluation set, which train no network."""
    return load().part(TRAINING, TRAINING + EVALUATION)
