"""The digits: networks of known quality, with a golden set and an evaluation set, for tests of the gates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import digits
from imagemodel.classifier import ImageClassifier


def accuracy(network: digits.Network) -> float:
    """Return the accuracy of a network on the held-out digits."""
    sample = digits.held_out()
    return network.accuracy(sample.images, sample.digits)


def test_networks_have_the_quality_of_their_names() -> None:
    """Another seed changes the accuracy by less than 2 points; noise and few digits lower it as stated."""
    good = accuracy(digits.good())
    assert good > 0.9
    assert abs(accuracy(digits.retrained()) - good) < 0.02
    assert accuracy(digits.slightly_worse()) == pytest.approx(good - 0.03, abs=0.005)
    assert accuracy(digits.weaker(0.015)) == pytest.approx(good - 0.015, abs=0.005)
    assert accuracy(digits.worse()) < good - 0.08


def test_training_is_repeatable() -> None:
    """The same digits and seed give the same weights."""
    sample = digits.training()
    again = digits.train(sample.images, sample.digits)
    for first, second in zip(vars(digits.good()).values(), vars(again).values(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_exported_network_predicts_what_the_trained_one_does(tmp_path: Path) -> None:
    """From a photo in the evaluation set the app computes the same class as the network from the data."""
    digits.write_model(tmp_path / "model")
    sample = digits.write_evaluation(tmp_path / "evaluation", count=100)
    model = ImageClassifier.load(tmp_path / "model")
    found = [model.predict([photo.path.read_bytes()], top=1)[0][0].index for photo in sample.photos]
    assert found == list(digits.good().predict(digits.held_out().part(0, 100).images))
    assert sample.originals == 100


def test_good_networks_get_the_golden_set_right(tmp_path: Path) -> None:
    """Every photo of the golden set is right for the good network, and reaches its least probability."""
    digits.write_model(tmp_path / "model", digits.retrained())
    model = ImageClassifier.load(tmp_path / "model")
    photos = digits.write_golden(tmp_path / "golden").photos
    assert len(photos) == 20
    for photo in photos:
        best = model.predict([photo.path.read_bytes()], top=1)[0][0]
        assert (best.index, best.label) == (photo.index, photo.label)
        assert best.probability >= photo.min_probability
