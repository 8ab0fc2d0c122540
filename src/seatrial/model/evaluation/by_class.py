"""A paired comparison of two models for each class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from seatrial.model.evaluation.paired import Paired, compare, p_value


def compare_classes(
    classes: Sequence[int], new: Sequence[float], live: Sequence[float], least: int, margin: float
) -> dict[int, Paired]:
    """Compare two models on the originals of each class that has `least` or more of them.

    `classes` has the class of each original, `new` and `live` are as in `paired.compare`.
    """
    positions: dict[int, list[int]] = {}
    for position, each in enumerate(classes):
        positions.setdefault(each, []).append(position)
    return {
        each: compare([new[i] for i in found], [live[i] for i in found], margin)
        for each, found in sorted(positions.items())
        if len(found) >= least
    }


def worse_classes(compared: Mapping[int, Paired], level: float) -> tuple[int, ...]:
    """Return the classes that show a loss above the margin.

    At equal models the probability that there is any is at most `level`. It is divided by the number of
    classes whose originals differ enough to show a loss at all: the others cannot cause a false alarm (Tarone
    1990).
    """
    single = level / effective_tests(map(smallest_p, compared.values()), level)
    return tuple(each for each, found in compared.items() if found.shows_a_loss(single))


def effective_tests(smallest: Iterable[float], level: float) -> int:
    """Return Tarone's number of tests: the least k of which at most k can have a p up to `level` / k."""
    ordered, count = sorted(smallest), 1
    while sum(p <= level / count for p in ordered) > count:
        count += 1
    return count


def smallest_p(found: Paired) -> float:
    """Return the p of a comparison if all differing originals were worse."""
    return p_value(found.worse + found.better, 0, found.originals, found.margin)
