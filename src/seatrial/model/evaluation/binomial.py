"""The binomial distribution."""

from __future__ import annotations

from math import exp, lgamma, log, log1p
from typing import Final

# A term this small changes no digit of the sum any more.
_NEGLIGIBLE: Final = 1e-18


def at_least(successes: int, trials: int, probability: float) -> float:
    """Return P(X >= `successes`) for X ~ Binomial(`trials`, `probability`), to nine digits or better."""
    if successes <= 0:
        return 1.0
    if successes > trials or probability <= 0:
        return 0.0
    if probability >= 1:
        return 1.0
    # The smaller of the two tails is summed, because its terms fall from the first one on.
    if successes > trials * probability:
        return _upper_tail(successes, trials, probability)
    return 1.0 - _upper_tail(trials - successes + 1, trials, 1.0 - probability)


def mass(successes: int, trials: int, probability: float) -> float:
    """Return P(X = `successes`) for X ~ Binomial(`trials`, `probability`)."""
    if probability <= 0 or probability >= 1:
        return float(successes == (0 if probability <= 0 else trials))
    arrangements = lgamma(trials + 1) - lgamma(successes + 1) - lgamma(trials - successes + 1)
    return exp(arrangements + successes * log(probability) + (trials - successes) * log1p(-probability))


def _upper_tail(first: int, trials: int, probability: float) -> float:
    term = total = mass(first, trials, probability)
    odds = probability / (1.0 - probability)
    for successes in range(first, trials):
        term *= odds * (trials - successes) / (successes + 1)
        total += term
        if term < total * _NEGLIGIBLE:
            break
    return min(1.0, total)
