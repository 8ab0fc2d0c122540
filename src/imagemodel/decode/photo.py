"""What all formats have in common: a photo whose header is read and whose pixels are not decoded yet."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

from PIL import Image

from imagemodel.decode.orientation import read_orientation
from imagemodel.errors import ImageError

MAX_SEGMENTS: Final = 65_536
"""The largest number of segments or chunks in a file. 16 MiB have room for four million empty ones."""

COMPLETE: Final = "send the complete file"


@dataclass(frozen=True)
class Photo(ABC):
    """A photo: its file, its size in pixels as stored, and its EXIF data, which may be empty or invalid."""

    data: bytes
    width: int
    height: int
    exif: bytes
    format: ClassVar[str]

    @property
    def pixels(self) -> int:
        """Its number of pixels."""
        return self.width * self.height

    @cached_property
    def orientation(self) -> int:
        """Its EXIF orientation, 1 to 8."""
        return read_orientation(self.exif)

    @property
    def converted(self) -> bool:
        """Whether the decoded image has another mode than L or RGB."""
        return False

    def decoded_size(self, side: int) -> tuple[int, int]:  # noqa: ARG002 - only some formats are scaled
        """Return width and height of the image that `decode` returns."""
        return (self.width, self.height)

    @abstractmethod
    def memory(self, side: int) -> int:
        """Return the bytes that `decode` takes at most while it runs, with the image that it returns."""

    @abstractmethod
    def decode(self, side: int) -> Image.Image:
        """Return the image, as stored: without its orientation applied.

        Where the format allows it, a larger image is decoded at a part of its size; no side then gets smaller
        than `side`. Raises ImageError, or any other Exception, if the data is damaged.
        """


def too_many_segments() -> ImageError:
    """Return the error for a file with more than MAX_SEGMENTS segments or chunks."""
    return ImageError(
        f"the image has more than {MAX_SEGMENTS} segments", "save it again with an image editor"
    )


def truncated() -> ImageError:
    """Return the error for a file that ends before its pixels."""
    return ImageError("the image is truncated", COMPLETE)
