"""The odd photos and the changed photos with which a model is probed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from imagemodel.preprocess import FORMATS
from seatrial.model.inference.probe_result import SUBJECTLESS

SHIFT: Final = 0.04
"""The shift of a photo, as a share of its shorter side."""

BRIGHTNESS: Final = (0.8, 1.25)
DARKNESS: Final = (0.3, 0.1, 0.03)
"""The brightness of the dark photos, as a share of the photo's."""

MOST_PIXELS: Final = 640
"""The longer side of a photo that is changed: larger than usual inputs, and quick to encode."""


def odd_photos(height: int, width: int) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the PNG of each photo of SUBJECTLESS."""
    noise = np.random.default_rng(seed=1)
    coloured = noise.integers(0, 256, (height, width, 3))
    grey = np.repeat(noise.integers(0, 256, (height, width, 1)), 3, axis=2)
    plain = [np.full((height, width, 3), value) for value in (0, 255, 127)]
    yield from zip(SUBJECTLESS, map(_png, (*plain, coloured, grey)), strict=True)


def dark_photos(photo: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the PNG of a photo at each brightness of DARKNESS."""
    image = _open(photo)
    for share in DARKNESS:
        yield f"photo at {share:.0%} brightness", _encode(ImageEnhance.Brightness(image).enhance(share))


def changed_photos(photo: bytes) -> Iterator[bytes]:
    """Yield the photo, of at most MOST_PIXELS, and then each of its variants, in the order of VARIANTS."""
    image = _open(photo)
    shift = max(1, round(min(image.size) * SHIFT))
    darker, brighter = (ImageEnhance.Brightness(image).enhance(share) for share in BRIGHTNESS)
    yield _encode(image)
    yield _encode(image.crop((shift, shift, image.width, image.height)))
    yield _encode(image.crop((0, 0, image.width - shift, image.height - shift)))
    yield _encode(darker)
    yield _encode(brighter)
    yield _encode(ImageOps.mirror(image))
    yield _encode(image, "JPEG", quality=50)


def _open(photo: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(photo), formats=FORMATS)
    image.draft(None, (MOST_PIXELS, MOST_PIXELS))
    image.thumbnail((MOST_PIXELS, MOST_PIXELS))
    return ImageOps.exif_transpose(image).convert("RGB")


def _png(pixels: NDArray[Any]) -> bytes:
    return _encode(Image.fromarray(pixels.astype(np.uint8)))


def _encode(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    fast = {"compress_level": 1} if kind == "PNG" else {}
    image.save(buffer, kind, **fast, **options)
    return buffer.getvalue()
