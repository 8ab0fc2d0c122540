"""Variants of a photo as they occur in use, each with the same bytes on every machine.

They use integers only, and JPEG as libjpeg-turbo writes it by default, whose tests fix every bit of it.
"""

import io
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageOps

QUALITY: Final = 90
_LEVELS: Final = 256


def _cropped(photo: Image.Image) -> bytes:
    """Return the photo without a tenth of its width and height at each edge."""
    left, top = photo.width // 10, photo.height // 10
    return _jpeg(photo.crop((left, top, photo.width - left, photo.height - top)))


def _flipped(photo: Image.Image) -> bytes:
    """Return the photo with left and right exchanged."""
    return _jpeg(ImageOps.mirror(photo))


def _brightness(tenths: int) -> Callable[[Image.Image], bytes]:
    def vary(photo: Image.Image) -> bytes:
        table = [min(level * tenths // 10, _LEVELS - 1) for level in range(_LEVELS)]
        return _jpeg(photo.point(table * len(photo.getbands())))

    return vary


def _compressed(quality: int) -> Callable[[Image.Image], bytes]:
    return lambda photo: _jpeg(photo, quality)


def _of_file(vary: Callable[[Image.Image], bytes]) -> Callable[[bytes], bytes]:
    def of_file(raw: bytes) -> bytes:
        with Image.open(io.BytesIO(raw)) as photo:
            pixels = photo.convert("L" if photo.mode == "L" else "RGB")
        # Versions of Pillow differ in the metadata that they copy.
        pixels.info.clear()
        return vary(pixels)

    return of_file


def _jpeg(photo: Image.Image, quality: int = QUALITY) -> bytes:
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=quality, subsampling=2, optimize=False)
    return buffer.getvalue()


VARIANTS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "crop": _of_file(_cropped),
    "flip": _of_file(_flipped),
    "dark": _of_file(_brightness(7)),
    "bright": _of_file(_brightness(13)),
    "quality-40": _of_file(_compressed(40)),
}
"""By name: from the bytes of a photo to those of the variant."""
