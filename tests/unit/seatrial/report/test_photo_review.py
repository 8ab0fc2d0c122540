"""The page for the review of a set's photos."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from colours import LABELS, photo, write_model
from imagemodel.card import FileEntry
from seatrial.model.artefacts import EVALUATION_SET, GOLDEN_SET
from seatrial.model.photo_sets.draft import Draft, DraftPhoto, Prediction
from seatrial.report.photo_review import selection, write_review


def draft_photo(
    name: str, index: int = 0, got: int = 0, near: bool = False, licence: str = "MIT"
) -> DraftPhoto:
    """Return a photo that should be class `index`, and is class `got` for the model."""
    first, second = (0.5, 0.45) if near else (0.9, 0.05)
    classes = {got: first, (got + 1) % 3: second}
    predictions = tuple(Prediction(LABELS[each], each, share) for each, share in classes.items())
    entry = FileEntry("0" * 64, 1)
    return DraftPhoto(name, f"folder/{name}", LABELS[index], index, "drawn", licence, "", entry, predictions)


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    """A golden set of a right, a wrong and a doubtful photo."""
    photos = (
        draft_photo("right.png"),
        draft_photo("wrong.png", 1, 2),
        draft_photo("near.png", near=True, licence="none stated"),
    )
    for each in photos:
        (tmp_path / each.file).write_bytes(photo("red", kind="PNG"))
    return Draft(tmp_path, GOLDEN_SET, "colours", "1", write_model(tmp_path / "model"), photos)


def page_of(draft: Draft) -> str:
    """Return the page of a draft."""
    return write_review(draft.folder / "review.html", draft).read_text()


def test_page_shows_photo_label_answer_and_licence(draft: Draft) -> None:
    """Each photo is there, the wrong one first, with what the model gives and its least probability."""
    text = re.sub(r"\s+", " ", unescape(page_of(draft)))
    assert re.findall(r'alt="([^"]+)"', text) == ["wrong.png", "near.png", "right.png"]
    assert text.count('src="data:image/jpeg;base64,') == 3
    assert "2 of 3 photos are right for colours 1.0.0" in text
    assert "least 0.45" in text
    assert "the second label is near" in text
    assert "no licence" in text


def test_page_is_self_contained_and_escaped(draft: Draft) -> None:
    """No text becomes markup, and nothing is loaded from elsewhere."""
    evil = '<img src=x onerror="alert(1)">'
    photos = tuple(replace(each, name=evil, label=evil, source=evil, licence=evil) for each in draft.photos)
    text = page_of(replace(draft, photos=photos))
    assert evil not in text
    assert "&lt;img src=x" in text
    assert "<script" not in text
    assert re.findall(r'(?:src|href)="(?!data:)', text) == []
    assert "default-src 'none'" in text


def test_page_of_evaluation_set_has_no_threshold(draft: Draft) -> None:
    """A sample keeps wrong photos and requires nothing of a single one."""
    text = page_of(replace(draft, kind=EVALUATION_SET))
    assert "least" not in text
    assert "keeps the wrong ones" in text


def test_page_names_photos_that_are_left_out(draft: Draft) -> None:
    """Who leaves the wrong ones out sees which, and not that the set is refused."""
    text = write_review(draft.folder / "review.html", draft, leave_out_wrong=True).read_text()
    assert text.count(">left out<") == 1
    assert "The wrong ones are left out" in text
    assert "every photo must be right" not in text
    assert "left out" not in page_of(draft)


def test_selection_of_many_has_wrong_ones_and_every_label() -> None:
    """Of more photos than fit, the wrong and doubtful ones come first, then the labels by turns."""
    many = [draft_photo(f"{number}.png", index, index) for index in range(3) for number in range(100)]
    wrong, near = draft_photo("wrong.png", 0, 1), draft_photo("near.png", near=True)
    found = selection([*many, near, wrong], 8)
    assert found[:2] == [wrong, near]
    assert [each.index for each in found[2:]] == [0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize(
    ("probability", "least"), [(0.0, 0.0), (0.09, 0.0), (0.1, 0.05), (0.29, 0.1), (0.94, 0.45), (1.0, 0.5)]
)
def test_least_probability_is_half_rounded_down(probability: float, least: float) -> None:
    """Rounded down to a multiple of 0.05, without an error of floating point."""
    one = replace(draft_photo("a.png"), predictions=(Prediction("red", 0, probability),))
    assert one.min_probability == least
