"""WebP: read the header, and decode the first frame at a part of its size with libwebp."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from PIL import Image

from imagemodel.decode import libwebp
from imagemodel.decode.photo import MAX_SEGMENTS, Photo, too_many_segments, truncated

_HEADER: Final = 12
_CHUNK: Final = 8
_FRAME_HEADER: Final = 16
# Bytes for each pixel of a lossless image, of the alpha of a lossy one, and of the result, which exists
# twice; and for each column.
_LOSSLESS, _ALPHA, _SCALED, _ROWS = 4, 2, 7, 256
_ALPHA_FLAG: Final = 0x10


@dataclass(frozen=True)
class WebpPhoto(Photo):
    """A WebP; of an animation its first frame, whose place on the canvas is `left`, `top`."""

    features: libwebp.Features
    left: int
    top: int
    format: ClassVar[str] = "WEBP"

    def decoded_size(self, side: int) -> tuple[int, int]:
        """Return the size at which libwebp decodes it."""
        factor = self._factor(side)
        return -(-self.width // factor), -(-self.height // factor)

    def memory(self, side: int) -> int:
        """Return the bytes of the scaled image, twice, and of the pixels that are stored without loss."""
        (width, height), frame = self.decoded_size(side), self.features
        stored = (_ALPHA if frame.has_alpha else 0) if frame.lossy else _LOSSLESS
        return width * height * _SCALED + frame.width * frame.height * stored + self.width * _ROWS

    def decode(self, side: int) -> Image.Image:
        """Return the image in mode RGB, at a part of a large size. Transparency is ignored."""
        factor, frame = self._factor(side), self.features
        width, height = -(-frame.width // factor), -(-frame.height // factor)
        image = Image.fromarray(libwebp.decode_rgb(self.data, width, height))
        if (frame.width, frame.height) == (self.width, self.height):
            return image
        canvas = Image.new("RGB", self.decoded_size(side))
        canvas.paste(image, (self.left // factor, self.top // factor))
        return canvas

    def _factor(self, side: int) -> int:
        # The same as for JPEG: a half, a quarter or an eighth.
        return 1 << max(0, min(4, (min(self.width, self.height) // side).bit_length()) - 1)


def is_webp(data: bytes) -> bool:
    """Return whether `data` begins as a WebP does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def read_webp(data: bytes) -> WebpPhoto:
    """Return the photo in `data`. Raises ImageError or ValueError if its header is invalid or incomplete."""
    features = libwebp.read_features(data)
    width, height, exif = features.width, features.height, _find_exif(data)
    if not features.animated:
        return WebpPhoto(data, width, height, exif, features, 0, 0)
    still, left, top = _first_frame(data)
    frame = libwebp.read_features(still)
    if left + frame.width > width or top + frame.height > height:
        raise ValueError("the first frame is larger than the animation")
    return WebpPhoto(still, width, height, exif, frame, left, top)


def _find_exif(data: bytes) -> bytes:
    return next((data[s:e] for kind, s, e in _chunks(data, _HEADER) if kind == b"EXIF"), b"")


def _first_frame(data: bytes) -> tuple[bytes, int, int]:
    """Return the first frame as a file of its own, and its place on the canvas."""
    for kind, start, end in _chunks(data, _HEADER):
        if kind != b"ANMF" or end - start <= _FRAME_HEADER:
            continue
        left, top, width, height = (_uint24(data, start + 3 * number) for number in range(4))
        body = data[start + _FRAME_HEADER : end]
        if body[:4] == b"ALPH":
            flags = struct.pack("<4sIB3x", b"VP8X", 10, _ALPHA_FLAG)
            body = flags + width.to_bytes(3, "little") + height.to_bytes(3, "little") + body
        return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body, left * 2, top * 2
    raise truncated()


def _uint24(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + 3], "little")


def _chunks(data: bytes, position: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of the body of each complete chunk."""
    for _ in range(MAX_SEGMENTS):
        if position + _CHUNK > len(data):
            return
        kind, length = struct.unpack_from("<4sI", data, position)
        start = position + _CHUNK
        if start + length > len(data):
            return
        yield kind, start, start + length
        position = start + length + length % 2
    raise too_many_segments()
