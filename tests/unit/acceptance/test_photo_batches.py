"""Golden photos in groups for `/score`."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagemodel.card import FileEntry
from imagemodel.golden import Photo
from photo_batches import MAX_BYTES, MAX_PHOTOS, batches


def photos(*sizes: int) -> list[Photo]:
    """Return photos of these sizes in bytes."""
    return [
        Photo(Path(f"{number}.png"), "red", 0, 0.5, "drawn", "MIT", FileEntry("0" * 64, size))
        for number, size in enumerate(sizes)
    ]


@pytest.mark.parametrize("count", [2, MAX_PHOTOS, MAX_PHOTOS + 1, 100])
def test_every_photo_is_in_one_group_in_order(count: int) -> None:
    """No group has more photos than a request may have."""
    groups = list(batches(photos(*[1000] * count)))
    assert [photo.path.name for group in groups for photo in group] == [f"{n}.png" for n in range(count)]
    assert max(map(len, groups)) <= MAX_PHOTOS


def test_a_group_is_not_larger_than_a_request() -> None:
    """Large photos are sent in several requests."""
    half = MAX_BYTES // 2
    assert [len(group) for group in batches(photos(half, half, half + 1, half, 1))] == [2, 1, 2]


@pytest.mark.parametrize(("size", "sent"), [(1000, 2), (MAX_BYTES, 1)])
def test_a_single_photo_is_sent_twice_if_it_fits(size: int, sent: int) -> None:
    """A request with several images is tested with any golden set."""
    assert [len(group) for group in batches(photos(size))] == [sent]


def test_a_photo_over_the_limit_is_left_out() -> None:
    """It is sent by `/predict` only; without any other photo it is an error."""
    assert [len(group) for group in batches(photos(MAX_BYTES + 1, 5))] == [2]
    with pytest.raises(AssertionError, match="add a smaller one"):
        list(batches(photos(MAX_BYTES + 1)))
