"""JPEG: read the header, and decode at a part of the size with Pillow."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from PIL import Image

from imagemodel.decode.photo import MAX_SEGMENTS, Photo, too_many_segments, truncated
from imagemodel.errors import ImageError

SIGNATURE: Final = b"\xff\xd8\xff"
MAX_SCANS: Final = 100
"""Programs write about ten scans. Each takes time for all pixels, and one of a few bytes is enough."""

_SOF0, _SOF1, _SOF2 = 0xC0, 0xC1, 0xC2
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_SOS, _EOI = 0xDA, 0xD9
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_APP0, _APP1, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xEE, 0xEF, 0xFE
# Pillow reads them all and refuses some that other programs ignore. APP14 has the colour transform of Adobe.
_IGNORED: Final = frozenset({*range(_APP0 + 1, _APP15 + 1), _COMMENT} - {_APP14})
_EXIF: Final = b"Exif\0\0"
_SCALES: Final = (8, 4, 2, 1)
_COEFFICIENT: Final = 2
_BLOCK: Final = 8
_ROWS: Final = 64
"""Rows that libjpeg holds for each component beside the image: those of a few blocks, before and after."""


@dataclass(frozen=True)
class Frame:
    """The contents of a frame header: the size in pixels, and the sampling factors of each component."""

    width: int
    height: int
    sampling: tuple[tuple[int, int], ...]

    @property
    def coefficients(self) -> int:
        """The number of coefficients of all components, with those of incomplete blocks."""
        across, down = (max(factors) for factors in zip(*self.sampling, strict=True))
        units = -(-self.width // (_BLOCK * across)) * -(-self.height // (_BLOCK * down))
        blocks: int = units * sum(h * v for h, v in self.sampling)
        return blocks * _BLOCK * _BLOCK


@dataclass(frozen=True)
class JpegPhoto(Photo):
    """A baseline or progressive JPEG. `data` has only the segments that decoding needs."""

    frame: Frame
    several_scans: bool
    format: ClassVar[str] = "JPEG"

    @property
    def converted(self) -> bool:
        """Whether it is CMYK."""
        return len(self.frame.sampling) == 4

    def decoded_size(self, side: int) -> tuple[int, int]:
        """Return the size at which libjpeg decodes it."""
        scale = next(s for s in _SCALES if min(self.width, self.height) >= side * s or s == 1)
        return -(-self.width // scale), -(-self.height // scale)

    def memory(self, side: int) -> int:
        """Return the bytes of the scaled image, and with several scans of all coefficients too."""
        (width, height), components = self.decoded_size(side), len(self.frame.sampling)
        image = width * height * (1 if components == 1 else 4)
        rows = self.width * _ROWS * components
        return image + rows + (self.frame.coefficients * _COEFFICIENT if self.several_scans else 0)

    def decode(self, side: int) -> Image.Image:
        """Return the image in mode L, RGB or CMYK, at a half, a quarter or an eighth of a large size."""
        image = Image.open(io.BytesIO(self.data), formats=("JPEG",))
        image.draft(None, (side, side))
        image.load()
        return image


def read_jpeg(data: bytes) -> JpegPhoto:
    """Return the photo in `data`. Raises ImageError if it has no frame or no scan, or is of a rare kind."""
    view, exif, frame = memoryview(data), b"", None
    kept = [view[:2]]
    for marker, start, end in _segments(data):
        if marker == _SOS:
            break
        if marker in _FRAMES and frame is None:
            frame = _read_frame(marker, data[start + 4 : end])
        if marker == _APP1 and not exif and data[start + 4 : end].startswith(_EXIF):
            exif = data[start + 4 : end]
        if marker not in _IGNORED:
            kept.append(view[start:end])
    else:
        raise truncated()
    if frame is None:
        raise ImageError("the image cannot be decoded: a JPEG without a frame", "save it again")
    end = _end_of_image(data, start)
    kept.append(view[start:end])
    several = _has_several_scans(data, start, end, frame)
    return JpegPhoto(b"".join(kept), frame.width, frame.height, exif, frame, several)


def _end_of_image(data: bytes, start: int) -> int:
    # Behind it a phone stores a second picture or a film. What is cut off here cannot have further scans.
    marker = data.find(bytes((0xFF, _EOI)), start)
    return len(data) if marker < 0 else marker + 2


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment, up to the first scan or the end of the data."""
    position = 2
    for _ in range(MAX_SEGMENTS):
        start = data.find(b"\xff", position)
        while data[start + 1 : start + 2] == b"\xff":
            start += 1
        if start < 0 or start + 4 > len(data):
            return
        marker = data[start + 1]
        if marker in _WITHOUT_LENGTH or marker == 0:
            position = start + 2
            continue
        (length,) = struct.unpack_from(">H", data, start + 2)
        position = start + 2 + length
        if marker == _EOI or length < 2 or position > len(data):
            return
        yield marker, start, position
        if marker == _SOS:
            return
    raise too_many_segments()


def _read_frame(marker: int, body: bytes) -> Frame:
    if marker not in {_SOF0, _SOF1, _SOF2}:
        raise ImageError(
            "a JPEG with lossless or arithmetic coding", "save it as a baseline or progressive JPEG"
        )
    try:
        bits, height, width, components = struct.unpack_from(">BHHB", body)
        factors = [body[7 + 3 * number] for number in range(components)]
    except (struct.error, IndexError) as error:
        raise truncated() from error
    sampling = tuple((each >> 4, each & 15) for each in factors)
    if bits != 8 or not width * height or not all(1 <= n <= 4 for pair in sampling for n in pair):
        raise ImageError("the image cannot be decoded: an unusual JPEG frame", "save it as a baseline JPEG")
    if components not in {1, 3, 4}:
        raise ImageError(f"a JPEG with {components} colour components", "save it as RGB")
    return Frame(width, height, sampling)


def _has_several_scans(data: bytes, start: int, end: int, frame: Frame) -> bool:
    """Return whether libjpeg keeps all coefficients. Raises ImageError for too many scans."""
    scans = data.count(bytes((0xFF, _SOS)), start, end)
    if scans > MAX_SCANS:
        raise ImageError(f"a JPEG with {scans} scans, the limit is {MAX_SCANS}", "save it as a baseline JPEG")
    return scans > 1 or data[start + 4] < len(frame.sampling)
