"""PNG: read the header, leave out what decoding does not need, and decode with Pillow."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from PIL import Image

from imagemodel.decode.photo import MAX_SEGMENTS, Photo, too_many_segments, truncated

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# Others are texts and profiles, which Pillow reads and refuses if they are large, frames of an animation, and
# transparency, which is dropped.
_NEEDED: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_GREY, _RGB, _PALETTE = 0, 2, 3
_OVERHEAD: Final = 12


@dataclass(frozen=True)
class PngPhoto(Photo):
    """A PNG. `data` has only the chunks that decoding needs; `depth` is in bits per channel."""

    depth: int
    colour: int
    format: ClassVar[str] = "PNG"

    @property
    def converted(self) -> bool:
        """Whether it has 16 bits, transparency, a palette or one bit."""
        return self.colour not in {_GREY, _RGB} or (self.colour == _GREY and self.depth in {1, 16})

    def memory(self, side: int) -> int:  # noqa: ARG002 - PNG cannot be decoded at a part of its size
        """Return the bytes of the image as Pillow stores it, and of a few rows."""
        stored = {_GREY: 1 if self.depth <= 8 else 2, _PALETTE: 1}.get(self.colour, 4)
        return self.pixels * stored + self.width * 32

    def decode(self, side: int) -> Image.Image:  # noqa: ARG002
        """Return the image in its own mode: 1, L, LA, P, RGB, RGBA or I;16."""
        image = Image.open(io.BytesIO(self.data), formats=("PNG",))
        image.load()
        return image


def read_png(data: bytes) -> PngPhoto:
    """Return the photo in `data`. Raises ImageError if its header is missing or it has too many chunks."""
    view, exif = memoryview(data), b""
    kept = [view[: len(SIGNATURE)]]
    for kind, start, end in _chunks(data):
        if kind in _NEEDED:
            kept.append(view[start:end])
        elif kind == b"eXIf" and not exif:
            exif = data[start + 8 : end - 4]
    if data[12:16] != b"IHDR" or len(kept) < 2:
        raise truncated()
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    return PngPhoto(b"".join(kept), width, height, exif, depth, colour)


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of each chunk; the last may be incomplete."""
    position = len(SIGNATURE)
    for _ in range(MAX_SEGMENTS):
        if position + _OVERHEAD > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + _OVERHEAD + length
        yield kind, position, end
        if kind == b"IEND":
            return
        position = end
    raise too_many_segments()
