"""The memory of a decode is known before it begins, and kept."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from imagemodel.decode.budget import DECODE_BYTES, Budget, Limits
from imagemodel.decode.formats import read_photo
from imagemodel.decode.jpeg import JpegPhoto
from imagemodel.decode.photo import Photo
from imagemodel.decode.webp import WebpPhoto
from imagemodel.errors import ImageError
from imagemodel.preprocess import decoding_memory, preprocess
from large_photos import LARGE_PHOTOS, encode

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "reference" / "photos.md").read_text(encoding="utf-8")
SIZE = (3200, 2400)
TALL = (200, 16_000)
MEASURE = """
import json, sys
from large_photos import LARGE_PHOTOS
from imagemodel.card import CROP, InputSpec
from imagemodel.decode.formats import read_photo
from imagemodel.preprocess import decoding_memory, preprocess
spec = InputSpec("x", 224, 224, "NCHW", "RGB", "float32", CROP, 256, "bicubic", 1, (127.0,) * 3, (128.0,) * 3)
def field(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name)) * 1024
found = {}
for kind, write in LARGE_PHOTOS.items():
    data = write((int(sys.argv[1]), int(sys.argv[2])))
    open("/proc/self/clear_refs", "w").write("5")
    before = field("VmRSS")
    preprocess(data, spec)
    found[kind] = (field("VmHWM") - before, decoding_memory(read_photo(data), spec))
print(json.dumps(found))
"""


@pytest.mark.parametrize("size", [SIZE, TALL], ids=["wide", "tall"])
def test_decode_takes_no_more_than_it_reserves(size) -> None:
    """The measured peak of the worst file of each format and mode is at most what its header announced."""
    # With these two, glibc returns freed memory, so that one photo's peak is not hidden by the one before.
    freed = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
    path = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"}
    command = [sys.executable, "-c", MEASURE, *map(str, size)]
    done = subprocess.run(command, env={**os.environ, **freed, **path}, capture_output=True, check=True)
    slack = 1 << 20
    exceeded = {
        kind: (peak, reserved)
        for kind, (peak, reserved) in json.loads(done.stdout).items()
        if peak > reserved + slack
    }
    assert exceeded == {}


def at_megapixels(photo: Photo, millions: int) -> Photo:
    """Return the header of `photo` at 4:3 with so many million pixels."""
    height = round((millions * 1e6 * 3 / 4) ** 0.5)
    width = round(height * 4 / 3)
    if isinstance(photo, JpegPhoto):
        frame = replace(photo.frame, width=width, height=height)
        return replace(photo, width=width, height=height, frame=frame)
    if isinstance(photo, WebpPhoto):
        features = replace(photo.features, width=width, height=height)
        return replace(photo, width=width, height=height, features=features)
    return replace(photo, width=width, height=height)


@pytest.mark.parametrize("kind", LARGE_PHOTOS)
def test_page_has_the_largest_photo_of_each_kind(kind, spec) -> None:
    """The limit in million pixels that the page gives for a kind of photo is the one that is applied."""
    photo = read_photo(LARGE_PHOTOS[kind]((64, 48)))
    allowed = [
        millions
        for millions in range(1, 51)
        if decoding_memory(at_megapixels(photo, millions), spec) <= DECODE_BYTES
    ]
    (documented,) = re.findall(rf"^\| {re.escape(kind)} \|.*\| (\d+) \|$", PAGE, re.MULTILINE)
    assert max(allowed) == int(documented)


@pytest.mark.parametrize("kind", ["PNG RGB", "JPEG progressive 4:4:4", "WebP lossless"])
def test_photo_above_budget_is_refused_with_limit_and_fix(kind, spec) -> None:
    """A photo whose decoding takes more than the budget raises ImageError with its size and the limit."""
    data = LARGE_PHOTOS[kind]((1600, 1200))
    with pytest.raises(
        ImageError, match=r"1600 x 1200 pixels\) takes \d+ MiB .* the limit is 4 MiB"
    ) as error:
        preprocess(data, spec, Budget(Limits(max_bytes=4 << 20)))
    assert error.value.hint == "send a smaller image"


def test_large_baseline_jpeg_fits_into_small_budget(spec) -> None:
    """A baseline JPEG of 12 million pixels is decoded at a part of its size, within 8 MiB."""
    assert preprocess(
        LARGE_PHOTOS["JPEG baseline"]((4000, 3000)), spec, Budget(Limits(max_bytes=8 << 20))
    ).any()


def test_extreme_side_is_refused(spec) -> None:
    """A PNG one pixel wide and 70,000 high is refused: the filters of its resize would take 1 MB a row."""
    with pytest.raises(ImageError, match="the limit is 65535 for each side"):
        preprocess(encode(Image.new("1", (1, 70_000)), "PNG"), spec)
