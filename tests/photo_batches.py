"""Golden photos in groups for `POST /score`, whose number and bytes the app limits for one request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imagemodel.golden import Photo

MAX_PHOTOS = 8
MAX_BYTES = 8 << 20
"""Of the files; base64 makes them a third larger, and the app's limit for a request is 16 MiB."""


def batches(photos: Sequence[Photo]) -> Iterator[list[Photo]]:
    """Yield every photo that fits, in order, in groups of at most MAX_PHOTOS and MAX_BYTES.

    A golden set of one photo is a group of twice that photo, so that several images are sent with any set.
    A photo that is too large for a request is left out; raises AssertionError if no other is left.
    """
    fitting = [photo for photo in photos if photo.entry.size <= MAX_BYTES]
    assert fitting, f"every golden photo has more than {MAX_BYTES} bytes: add a smaller one"
    if len(fitting) == 1 and 2 * fitting[0].entry.size <= MAX_BYTES:
        fitting *= 2
    batch: list[Photo] = []
    for photo in fitting:
        if batch and (len(batch) == MAX_PHOTOS or _size(batch) + photo.entry.size > MAX_BYTES):
            yield batch
            batch = []
        batch.append(photo)
    yield batch


def _size(photos: Sequence[Photo]) -> int:
    return sum(photo.entry.size for photo in photos)
