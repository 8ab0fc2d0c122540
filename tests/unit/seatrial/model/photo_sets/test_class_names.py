"""Which label of a model the name of a folder means."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.errors import UsageError
from seatrial.model.photo_sets.class_names import ClassNames, _synsets

IMAGENET = [names.split(", ")[0] for _, names in _synsets().values()]


@pytest.mark.parametrize("word", ["Egyptian cat", "egyptian_cat", "EGYPTIAN-CAT", "Egyptian  cat "])
def test_folder_may_be_written_in_other_ways(word: str) -> None:
    """Case, blanks, underscores and hyphens do not matter."""
    assert ClassNames(["dog", "Egyptian cat"]).indices([word]) == {word: 1}


@pytest.mark.parametrize("forms", [("NFD", "NFC"), ("NFC", "NFD")])
def test_folder_may_have_the_other_form_of_umlauts(forms: tuple[Literal["NFC", "NFD"], ...]) -> None:
    """Some file systems store a letter and its accent apart; both forms look the same."""
    folder, label = (unicodedata.normalize(form, "Käse") for form in forms)
    assert ClassNames(["dog", label]).indices([folder]) == {folder: 1}


def test_exact_label_is_preferred() -> None:
    """Of labels that differ only in case, the one that is written the same is meant."""
    assert ClassNames(["Cat", "cat"]).indices(["cat", "Cat"]) == {"cat": 1, "Cat": 0}


def test_first_of_several_names_is_enough() -> None:
    """A label with synonyms is found by its first one."""
    assert ClassNames(["tench, Tinca tinca", "goldfish"]).indices(["tench"]) == {"tench": 0}


def test_word_without_label_is_wrong_usage_with_near_ones() -> None:
    """The error counts the words, names five of them, and the labels that are near."""
    words = ["dog", "catt", *(f"q{number}" for number in range(7))]
    with pytest.raises(UsageError, match=r"8 of 9 labels .* 'catt' \(near: 'cat'\)") as raised:
        ClassNames(["dog", "cat"]).indices(words)
    assert "and 3 more" in raised.value.message
    assert "\n" not in raised.value.message


def test_ambiguous_word_is_wrong_usage_with_its_lines() -> None:
    """A label that the model has twice does not mean one of them."""
    with pytest.raises(UsageError, match=r"'crane' is in lines 1, 3 of labels\.txt"):
        ClassNames(["crane", "dog", "crane"]).indices(["crane"])


def test_synset_is_the_label_with_its_names() -> None:
    """A model of some of ImageNet's classes, in any order, takes folders of the synsets' ids."""
    found = ClassNames(["goldfish", "tench, Tinca tinca"]).indices(["n01440764", "n01443537"])
    assert found == {"n01440764": 1, "n01443537": 0}


def test_synset_is_the_label_that_begins_with_its_id() -> None:
    """Labels such as `n01440764 tench`, or the ids alone, are found as well."""
    assert ClassNames(["n1", "n01440764 fish"]).indices(["n01440764"]) == {"n01440764": 1}


def test_every_synset_is_found_in_the_order_of_imagenet() -> None:
    """The 1,000 ids are the 1,000 classes, also where two labels are the same word."""
    assert IMAGENET.count("crane") == 2
    assert list(ClassNames(IMAGENET).indices(_synsets()).values()) == list(range(1000))


def test_number_of_synset_does_not_count_in_another_order() -> None:
    """A model with 1,000 rotated labels gets the class of the names."""
    rotated = IMAGENET[500:] + IMAGENET[:500]
    assert ClassNames(rotated).indices(["n01440764"]) == {"n01440764": 500}


@given(st.lists(st.text(min_size=1), min_size=1, unique=True))
def test_each_label_means_itself(labels: list[str]) -> None:
    """Whatever the labels are, each of them is found, at its own index."""
    names = ClassNames(labels)
    assert names.indices(labels) == {label: index for index, label in enumerate(labels)}
