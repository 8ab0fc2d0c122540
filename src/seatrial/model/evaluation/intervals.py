"""Confidence intervals of a share."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True)
class Interval:
    """A share with its confidence interval, all from 0 to 1."""

    share: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.share:.1%} ({self.low:.1%} to {self.high:.1%})"


def wilson(share: float, size: float, confidence: float) -> Interval:
    """Return Wilson's score interval, two-sided, of a `share` seen in a sample of `size`.

    With z the normal quantile of `confidence`, p the share and n the size, it is
    (p + z²/2n ± z √(p (1 - p)/n + z²/4n²)) / (1 + z²/n). Its coverage is near `confidence` also for few
    photos and for shares near 0 and 1 (Wilson 1927; Brown, Cai and DasGupta 2001). `share` may be a mean of
    shares of independent originals: as a number from 0 to 1 varies at most as much as one that is 0 or 1 with
    the same mean, the interval is then rather too wide.
    `confidence` is between 0 and 1; `size` is above 0.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    shrink = 1 + z * z / size
    middle = (share + z * z / (2 * size)) / shrink
    half = z * sqrt(share * (1 - share) / size + (z / (2 * size)) ** 2) / shrink
    # Rounding would move a bound across the share where they are equal.
    return Interval(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))
