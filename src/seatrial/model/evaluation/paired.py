"""A paired comparison of two models on the same photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from seatrial.model.evaluation.binomial import at_least


@dataclass(frozen=True)
class Paired:
    """Two models on `originals` originals: on how many the new one is worse and better, and its mean loss.

    `loss` is a difference of shares, from -1 to 1; `p` is the probability of at least this many worse ones if
    the new model's true loss is `margin`.
    """

    originals: int
    worse: int
    better: int
    loss: float
    margin: float
    p: float

    def shows_a_loss(self, level: float) -> bool:
        """Return whether the loss is above the margin, at the level of significance `level`."""
        return self.p <= level and self.loss > self.margin


def compare(new: Sequence[float], live: Sequence[float], margin: float = 0.0) -> Paired:
    """Test whether the new model loses more than `margin` against the live one on the same originals.

    `new` and `live` have for each original the share of its photos that the model gets right: 0 or 1, or a
    share if the original has variants. Only originals on which the two differ are counted, as better or
    worse. Equal models are as often the better as the worse one, so the number of worse ones is then binomial
    with probability 1/2: without variants this is McNemar's exact test, one-sided (McNemar 1947), with
    variants the sign test of the paired differences, for which the photos of one original need not be
    independent.
    """
    worse = sum(ours < theirs for ours, theirs in zip(new, live, strict=True))
    better = sum(ours > theirs for ours, theirs in zip(new, live, strict=True))
    loss = fmean(live) - fmean(new)
    return Paired(len(new), worse, better, loss, margin, p_value(worse, better, len(new), margin))


def p_value(worse: int, better: int, originals: int, margin: float = 0.0) -> float:
    """Return the probability of at least `worse` worse ones among the differing originals.

    It is that at a true loss of `margin`: among n originals with d differing ones that is an excess of worse
    ones of `margin` n, so one of them is worse with the probability 1/2 + margin n / 2d (at most 1). Without
    a margin that is McNemar's 1/2. A margin only raises the result, so at equal models the rate of false
    alarms is never above that of McNemar's test.
    """
    differing = worse + better
    return at_least(worse, differing, worse_probability(differing, originals, margin))


def worse_probability(differing: int, originals: int, margin: float) -> float:
    """Return the probability that a differing original is a worse one, at a true loss of `margin`."""
    return min(1.0, 0.5 + margin * originals / (2 * differing)) if differing else 0.5
