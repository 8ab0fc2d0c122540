"""Every variety of the formats is decoded."""

import io
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from imagemodel.preprocess import preprocess
from large_photos import chunk, encode
from small_photos import ROTATED, SIZE, SPEC, exif_of, is_red, red


def multi_picture() -> bytes:
    """Return a JPEG with a second picture, as a phone writes it."""
    buffer = io.BytesIO()
    first, second = (Image.new("RGB", SIZE, colour) for colour in ("red", "blue"))
    first.save(buffer, "MPO", save_all=True, append_images=[second])
    return buffer.getvalue()


def animation(kind: str, **options: object) -> bytes:
    """Return an animation whose first frame is red."""
    red_frame, blue_frame = (Image.new("RGBA", SIZE, colour) for colour in ("red", "blue"))
    return encode(red_frame, kind, save_all=True, append_images=[blue_frame], **options)


VARIETIES = {
    "multi-picture": multi_picture,
    "film behind the picture": lambda: red("JPEG") + b"\0\0\0\x20ftypmp42" + bytes(5000),
    "progressive": lambda: red("JPEG", progressive=True),
    "CMYK": lambda: encode(Image.new("CMYK", SIZE, (0, 255, 255, 0)), "JPEG"),
    "animated PNG": lambda: animation("PNG"),
    "animated lossy WebP": lambda: animation("WEBP"),
    "animated lossless WebP": lambda: animation("WEBP", lossless=True),
    "palette with transparency": lambda: encode(
        Image.new("RGB", SIZE, "red").convert("P"), "PNG", transparency=0
    ),
    "RGB with a transparent colour": lambda: red("PNG", transparency=(255, 0, 0)),
    "16 bits per channel": lambda: png_16_bit(),
}


def png_16_bit() -> bytes:
    """Return a red PNG with 16 bits per channel, which Pillow does not write."""
    header = struct.pack(">IIBBBBB", *SIZE, 16, 2, 0, 0, 0)
    row = b"\0" + b"\xff\xff\0\0\0\0" * SIZE[0]
    pixels = chunk(b"IDAT", zlib.compress(row * SIZE[1]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("case", VARIETIES)
def test_variety_is_decoded(case) -> None:
    """Every variety of the formats gives the first picture, with its colours."""
    assert is_red(VARIETIES[case]())


def test_frame_of_an_animation_is_placed_on_its_canvas() -> None:
    """A first frame that is smaller than its animation keeps its place; the rest is black."""
    canvas = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    canvas.paste("red", (30, 0, 60, 40))
    later = Image.new("RGBA", SIZE, "blue")
    data = encode(canvas, "WEBP", save_all=True, append_images=[later], lossless=True, minimize_size=True)
    values = preprocess(data, SPEC)
    assert values[2, 5, 0] > 240
    assert values[2, 0].max() < 15


def test_strips_do_not_change_a_pixel(monkeypatch) -> None:
    """An image that is turned and converted in strips equals one that is converted as a whole."""
    noise = np.random.default_rng(0).integers(0, 256, (900, 700, 4), dtype=np.uint8)
    data = encode(Image.fromarray(noise), "PNG", exif=exif_of(ROTATED))
    spec = replace(SPEC, height=48, width=64, interpolation="bicubic")
    whole = preprocess(data, spec)
    monkeypatch.setattr("imagemodel.decode.resizing.STRIP", 20_000)
    np.testing.assert_allclose(preprocess(data, spec), whole, atol=1)
