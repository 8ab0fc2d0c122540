"""Errors of one of the images of a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from imagemodel.errors import ImageError


@contextmanager
def numbered_images() -> Iterator[None]:
    """Have an ImageError of the block name the number of the image, from 0."""
    try:
        yield
    except ImageError as error:
        error.message = f"image {error.number}: {error.message}"
        raise
