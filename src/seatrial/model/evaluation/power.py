"""The smallest loss that a paired comparison of a given size can see."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import ceil, floor, sqrt

from seatrial.model.evaluation.binomial import at_least, mass
from seatrial.model.evaluation.paired import worse_probability

# Of the number of differing originals: the range in standard deviations, and the points in it.
_RANGE, _POINTS = 5.0, 100
_STEPS = 20


def smallest_loss(originals: int, better: float, level: float, margin: float, power: float) -> float | None:
    """Return the smallest true loss that `paired.compare` finds with the probability `power`, or None.

    `better` is the share of originals on which the new model is better. The loss is a difference of shares.
    None means that a sample of this size does not show even the largest loss.
    """
    most = 1.0 - 2 * better
    if most <= margin or power_at(most, originals, better, level, margin) < power:
        return None
    low, high = margin, most
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if power_at(middle, originals, better, level, margin) < power:
            low = middle
        else:
            high = middle
    return high


def power_at(loss: float, originals: int, better: float, level: float, margin: float) -> float:
    """Return the probability that `paired.compare` shows a true `loss` at `level`.

    The originals are independent: each is better with the probability `better`, worse with `better` + `loss`,
    and else equal. The sum over the possible numbers of differing originals leaves out some of many.
    """
    differing = loss + 2 * better
    worse = (loss + better) / differing if differing else 0.5
    found = total = 0.0
    for count in _likely(originals, differing):
        weight = mass(count, originals, differing)
        total += weight
        found += weight * at_least(least_worse(count, originals, level, margin), count, worse)
    return found / total


@lru_cache(maxsize=65536)
def least_worse(differing: int, originals: int, level: float, margin: float) -> int:
    """Return how many of `differing` originals must be worse for `paired.compare` to show a loss.

    More than all means that none is enough.
    """
    chance = worse_probability(differing, originals, margin)
    # The loss that is seen must be above the margin too.
    low, high = floor((differing + margin * originals) / 2) + 1, differing + 1
    while low < high:
        middle = (low + high) // 2
        if at_least(middle, differing, chance) <= level:
            high = middle
        else:
            low = middle + 1
    return low


def _likely(originals: int, share: float) -> Iterator[int]:
    mean, deviation = originals * share, sqrt(originals * share * (1 - share)) if share < 1 else 0.0
    first = max(0, floor(mean - _RANGE * deviation) - 1)
    last = min(originals, ceil(mean + _RANGE * deviation) + 1)
    return iter(range(first, last + 1, max(1, (last - first) // _POINTS)))
