"""A photo becomes the numbers that the card says."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from imagemodel.card import CROP
from imagemodel.preprocess import preprocess

from .conftest import SPEC, halves

ORANGE = (200, 100, 50)


def test_each_channel_is_scaled_by_its_own_numbers(photo) -> None:
    """A pixel p becomes (p * scale - mean) / std, channel by channel."""
    spec = replace(SPEC, scale=0.5, mean=(10, 20, 30), std=(2, 4, 8))
    values = preprocess(photo(ORANGE), spec)
    assert values.shape == (4, 6, 3)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values[0, 0], [(100 - 10) / 2, (50 - 20) / 4, (25 - 30) / 8])


def test_mean_and_std_follow_the_order_of_the_channels(photo) -> None:
    """With BGR, the first mean belongs to blue."""
    values = preprocess(photo(ORANGE), replace(SPEC, channels="BGR", mean=(50, 100, 200)))
    assert not values.any()


def test_the_layout_moves_numbers_and_changes_none(photo) -> None:
    """NCHW holds what NHWC holds, and is contiguous."""
    spec = replace(SPEC, mean=(1, 2, 3), std=(4, 5, 6))
    data = photo(halves())
    planes = preprocess(data, replace(spec, layout="NCHW"))
    assert planes.shape == (3, 4, 6)
    assert planes.flags["C_CONTIGUOUS"]
    np.testing.assert_array_equal(planes.transpose(1, 2, 0), preprocess(data, spec))


def test_raw_pixels_stay_what_they_are(photo) -> None:
    """A model that takes uint8 gets the pixels."""
    values = preprocess(photo(ORANGE), replace(SPEC, dtype="uint8"))
    assert values.dtype == np.uint8
    assert tuple(values[0, 0]) == ORANGE


def test_a_grey_model_gets_one_channel(photo) -> None:
    """GRAY is the luma of the photo."""
    values = preprocess(photo((255, 0, 0)), replace(SPEC, channels="GRAY", mean=(0,), std=(1,)))
    assert values.shape == (4, 6, 1)
    assert values[0, 0, 0] == 76


def test_stretch_shows_the_whole_photo_and_the_crop_its_middle(photo) -> None:
    """What lies at the long ends is seen when stretched and gone when cropped."""
    image = Image.new("RGB", (100, 40), "white")
    image.paste("black", (0, 0, 20, 40))
    square = replace(SPEC, height=8, width=8)
    assert preprocess(photo(image), square)[0, 0].sum() == 0
    assert preprocess(photo(image), replace(square, resize=CROP, shortest_side=8)).min() == 255


def test_the_crop_is_what_resizing_and_then_cropping_gives(photo) -> None:
    """Cropping on the way is the textbook's order of things, to within the rounding of a pixel."""
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    image = Image.fromarray(noise)
    spec = replace(SPEC, height=24, width=24, resize=CROP, shortest_side=30, interpolation="bicubic")
    textbook = image.resize((40, 30), Image.Resampling.BICUBIC).crop((8, 3, 32, 27))
    assert np.abs(preprocess(photo(image), spec) - np.asarray(textbook, dtype=np.float32)).max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(60, 40), (1600, 1000)], ids=["small", "decoded smaller"])
def test_the_camera_s_orientation_is_undone(photo, orientation, size) -> None:
    """However the camera was held, the model sees the same picture."""
    turned = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    upright = halves(size)
    stored = upright if turned is None else upright.transpose(Image.Transpose(turned))
    exif = Image.Exif()
    exif[0x0112] = orientation
    values = preprocess(photo(stored, "JPEG", exif=exif.tobytes(), quality=95), SPEC)
    assert values[2, 0, 0] > 200 > 50 > values[2, 0, 2]
    assert values[2, 5, 2] > 200 > 50 > values[2, 5, 0]


def test_a_large_jpeg_decoded_smaller_is_nearly_the_same(photo) -> None:
    """Decoding a phone's photo at a fraction of its size loses no detail that the model would have seen."""
    across, down = np.meshgrid(np.linspace(0, 1, 1600, dtype="f4"), np.linspace(0, 1, 1100, dtype="f4"))
    waves = [np.sin(count * across) * np.cos(count * down) for count in (3, 40, 200)]
    image = Image.fromarray((127 + 127 * np.stack(waves, axis=2)).astype(np.uint8))
    spec = replace(SPEC, height=224, width=224, resize=CROP, shortest_side=256, interpolation="bicubic")
    shrunk = preprocess(photo(image, "JPEG", quality=95, subsampling=0), spec)
    whole = preprocess(photo(image, "PNG", compress_level=1), spec)
    assert whole[:, :, 2].std() > 20
    assert np.abs(shrunk - whole).mean() < 1
    assert np.abs(shrunk - whole).max() < 12


KINDS = [("JPEG", "RGB L CMYK"), ("PNG", "RGB L RGBA LA P 1"), ("WEBP", "RGB RGBA")]


@pytest.mark.parametrize(("kind", "mode"), [(kind, mode) for kind, modes in KINDS for mode in modes.split()])
def test_every_kind_of_picture_is_taken(photo, kind, mode) -> None:
    """Grey, transparent, indexed and printer's pictures all become what the model wants."""
    values = preprocess(photo(Image.new("RGB", (60, 40), "white").convert(mode), kind), SPEC)
    assert values.shape == (4, 6, 3)
    assert values.min() > 250


def test_sixteen_bits_are_brought_to_eight(photo) -> None:
    """A scanner's picture of middle grey is middle grey, not white."""
    image = Image.fromarray(np.full((20, 30), 0x8000, dtype=np.uint16))
    assert preprocess(photo(image), SPEC).max() == 128


def test_an_animation_is_its_first_frame() -> None:
    """Of several pictures in one file the first is judged."""
    buffer = io.BytesIO()
    red, blue = (Image.new("RGB", (30, 20), colour) for colour in ("red", "blue"))
    red.save(buffer, "PNG", save_all=True, append_images=[blue])
    assert tuple(preprocess(buffer.getvalue(), SPEC)[0, 0]) == (255, 0, 0)
