"""Decoding at a part of the size does not change what is predicted."""

import io

import pytest
from PIL import Image

from digits import held_out, png, write_model
from imagemodel.classifier import ImageClassifier
from imagemodel.decode.formats import read_photo
from imagemodel.preprocess import preprocess, preprocess_whole
from large_photos import encode

PHOTOS = 200
SIDE = 320


@pytest.fixture
def model(tmp_path) -> ImageClassifier:
    """A network of handwritten digits with an input of 8 x 8 pixels."""
    write_model(tmp_path / "digits")
    return ImageClassifier.load(tmp_path / "digits")


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_label_is_that_of_full_decoding(model, kind) -> None:
    """Of 200 photos decoded at a part of their size, at most 2 get another label than decoded whole."""
    spec, agreed = model.card.input, 0
    for image in held_out().images[:PHOTOS]:
        digit = Image.open(io.BytesIO(png(image))).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        photo = encode(digit.convert("RGB"), kind, quality=90)
        scaled, whole = (decode(photo, spec)[None] for decode in (preprocess, preprocess_whole))
        labels = [int(model.infer(batch)[0].argmax()) for batch in (scaled, whole)]
        agreed += labels[0] == labels[1]
    assert read_photo(photo).decoded_size(12)[0] < SIDE
    assert agreed >= PHOTOS * 0.99
