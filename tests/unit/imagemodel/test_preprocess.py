"""Preprocessing of an image as described by the card."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from imagemodel.card import CROP
from imagemodel.preprocess import preprocess

from .conftest import SPEC, halves

ORANGE = (200, 100, 50)


def test_each_channel_is_normalised_with_its_own_mean_and_std(photo) -> None:
    """A pixel p becomes (p * scale - mean) / std, with mean and std per channel."""
    spec = replace(SPEC, scale=0.5, mean=(10, 20, 30), std=(2, 4, 8))
    values = preprocess(photo(ORANGE), spec)
    assert values.shape == (4, 6, 3)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values[0, 0], [(100 - 10) / 2, (50 - 20) / 4, (25 - 30) / 8])


def test_mean_and_std_are_in_channel_order(photo) -> None:
    """With BGR, the first mean applies to blue."""
    values = preprocess(photo(ORANGE), replace(SPEC, channels="BGR", mean=(50, 100, 200)))
    assert not values.any()


def test_nchw_and_nhwc_have_same_values(photo) -> None:
    """NCHW is the transpose of NHWC, and contiguous."""
    spec = replace(SPEC, mean=(1, 2, 3), std=(4, 5, 6))
    data = photo(halves())
    planes = preprocess(data, replace(spec, layout="NCHW"))
    assert planes.shape == (3, 4, 6)
    assert planes.flags["C_CONTIGUOUS"]
    np.testing.assert_array_equal(planes.transpose(1, 2, 0), preprocess(data, spec))


def test_uint8_input_gets_raw_pixels(photo) -> None:
    """With dtype uint8 and no normalisation, the array has the pixel values."""
    values = preprocess(photo(ORANGE), replace(SPEC, dtype="uint8"))
    assert values.dtype == np.uint8
    assert tuple(values[0, 0]) == ORANGE


def test_gray_has_one_channel(photo) -> None:
    """GRAY is one channel with the luma of the image."""
    values = preprocess(photo((255, 0, 0)), replace(SPEC, channels="GRAY", mean=(0,), std=(1,)))
    assert values.shape == (4, 6, 1)
    assert values[0, 0, 0] == 76


def test_stretch_keeps_whole_image_and_crop_keeps_centre(photo) -> None:
    """`stretch` keeps the ends of the longer side, the centre crop removes them."""
    image = Image.new("RGB", (100, 40), "white")
    image.paste("black", (0, 0, 20, 40))
    square = replace(SPEC, height=8, width=8)
    assert preprocess(photo(image), square)[0, 0].sum() == 0
    assert preprocess(photo(image), replace(square, resize=CROP, shortest_side=8)).min() == 255


def test_crop_equals_resize_then_crop(photo) -> None:
    """The single resampling equals resizing and then cropping, within one rounding step."""
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    image = Image.fromarray(noise)
    spec = replace(SPEC, height=24, width=24, resize=CROP, shortest_side=30, interpolation="bicubic")
    expected = image.resize((40, 30), Image.Resampling.BICUBIC).crop((8, 3, 32, 27))
    assert np.abs(preprocess(photo(image), spec) - np.asarray(expected, dtype=np.float32)).max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(60, 40), (1600, 1000)], ids=["small", "decoded smaller"])
def test_exif_orientation_is_applied(photo, orientation, size) -> None:
    """Each EXIF orientation gives the same upright image."""
    turned = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    upright = halves(size)
    stored = upright if turned is None else upright.transpose(Image.Transpose(turned))
    exif = Image.Exif()
    exif[0x0112] = orientation
    values = preprocess(photo(stored, "JPEG", exif=exif.tobytes(), quality=95), SPEC)
    assert values[2, 0, 0] > 200 > 50 > values[2, 0, 2]
    assert values[2, 5, 2] > 200 > 50 > values[2, 5, 0]


def test_jpeg_decoded_at_reduced_size_is_nearly_equal(photo) -> None:
    """Decoding a large JPEG at a reduced size changes the array only slightly."""
    across, down = np.meshgrid(np.linspace(0, 1, 1600, dtype="f4"), np.linspace(0, 1, 1100, dtype="f4"))
    waves = [np.sin(count * across) * np.cos(count * down) for count in (3, 40, 200)]
    image = Image.fromarray((127 + 127 * np.stack(waves, axis=2)).astype(np.uint8))
    spec = replace(SPEC, height=224, width=224, resize=CROP, shortest_side=256, interpolation="bicubic")
    shrunk = preprocess(photo(image, "JPEG", quality=95, subsampling=0), spec)
    full_size = preprocess(photo(image, "PNG", compress_level=1), spec)
    assert full_size[:, :, 2].std() > 20
    assert np.abs(shrunk - full_size).mean() < 1
    assert np.abs(shrunk - full_size).max() < 12


KINDS = [("JPEG", "RGB L CMYK"), ("PNG", "RGB L RGBA LA P 1"), ("WEBP", "RGB RGBA")]


@pytest.mark.parametrize(("kind", "mode"), [(kind, mode) for kind, modes in KINDS for mode in modes.split()])
def test_every_mode_of_every_format_is_accepted(photo, kind, mode) -> None:
    """Grey, transparent, indexed and CMYK images are converted."""
    values = preprocess(photo(Image.new("RGB", (60, 40), "white").convert(mode), kind), SPEC)
    assert values.shape == (4, 6, 3)
    assert values.min() > 250


def test_16_bit_image_is_reduced_to_8_bits(photo) -> None:
    """Middle grey in 16 bits becomes middle grey in 8 bits, not white."""
    image = Image.fromarray(np.full((20, 30), 0x8000, dtype=np.uint16))
    assert preprocess(photo(image), SPEC).max() == 128


def test_first_frame_of_animation_is_used() -> None:
    """Of an animation, the first frame is used."""
    buffer = io.BytesIO()
    red, blue = (Image.new("RGB", (30, 20), colour) for colour in ("red", "blue"))
    red.save(buffer, "PNG", save_all=True, append_images=[blue])
    assert tuple(preprocess(buffer.getvalue(), SPEC)[0, 0]) == (255, 0, 0)
