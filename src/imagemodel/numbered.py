"""The images of a batch by their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from imagemodel.errors import ImageError

T = TypeVar("T")
U = TypeVar("U")


def each_image(function: Callable[[T], U], images: Iterable[T]) -> list[U]:
    """Return `function` of each image. Raises its ImageError with the number of the image, from 0."""
    results = []
    for number, image in enumerate(images):
        try:
            results.append(function(image))
        except ImageError as error:
            error.number = number
            raise
    return results
