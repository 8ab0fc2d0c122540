"""The comparison by class."""

from __future__ import annotations

import random

from seatrial.model.evaluation.by_class import compare_classes, effective_tests, worse_classes

LEVEL = 0.05


def test_two_swapped_classes_are_found_among_a_thousand() -> None:
    """Their loss is 0.2 % of all photos; in the two classes it is everything."""
    classes = [each for each in range(1000) for _ in range(10)]
    live = [1.0] * len(classes)
    new = [0.0 if each in (7, 500) else 1.0 for each in classes]
    assert worse_classes(compare_classes(classes, new, live, 10, 0.0), LEVEL) == (7, 500)


def test_equal_models_lose_a_class_at_most_at_the_level() -> None:
    """Of 400 retrained models, each as often better as worse, at most 5 % have a class that is refused."""
    chance, refused = random.Random(2), 0
    classes = [each for each in range(20) for _ in range(40)]
    for _ in range(400):
        pairs = [chance.choice([(0.0, 1.0), (1.0, 0.0)] + [(1.0, 1.0)] * 8) for _ in classes]
        compared = compare_classes(classes, [a for a, _ in pairs], [b for _, b in pairs], 20, 0.0)
        refused += bool(worse_classes(compared, LEVEL))
    assert refused / 400 <= LEVEL + 3 * (LEVEL * (1 - LEVEL) / 400) ** 0.5


def test_a_class_with_few_originals_is_left_out() -> None:
    """Nothing is known about it."""
    assert list(compare_classes([0, 0, 0, 1], [1.0] * 4, [1.0] * 4, 3, 0.0)) == [0]


def test_tests_that_can_show_nothing_do_not_count() -> None:
    """Tarone's number: two can reach the divided level, a hundred cannot."""
    assert effective_tests([0.001, 0.002] + [0.5] * 100, LEVEL) == 2
    assert effective_tests([], LEVEL) == 1
