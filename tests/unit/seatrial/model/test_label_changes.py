"""The differences between two label files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.validation.label_changes import label_changes, summary

LABELS = st.lists(st.sampled_from("abcdefgh"), max_size=8)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("abc", "abcd", "1 added at the end"),
        ("abc", "axbc", "1 added, 2 moved; line 2: 'x' is new; 'b' from line 2 to 3; 'c' from line 3 to 4"),
        ("abc", "axc", "1 renamed; line 2: 'b' is now 'x'"),
        ("abc", "ab", "1 dropped; line 3: 'c' is missing"),
        ("abc", "acb", "2 moved; 'c' from line 3 to 2; 'b' from line 2 to 3"),
        ("ab", "b", "1 dropped, 1 moved; line 1: 'a' is missing; 'b' from line 2 to 1"),
    ],
)
def test_each_kind_of_change_is_named_with_its_line(old: str, new: str, found: str) -> None:
    """A label that was added, dropped, renamed or moved is listed, by the line that a person finds it at."""
    assert summary(label_changes(old, new)) == found


def test_a_label_that_occurs_twice_is_followed_by_its_occurrence() -> None:
    """ImageNet has two classes `crane`; the second one is not taken for the first."""
    assert summary(label_changes("xcyc", "xcyc")) == ""
    assert summary(label_changes("xcyc", "xcy")) == "1 dropped; line 4: 'c' is missing"


def test_a_long_list_is_shortened() -> None:
    """A rotation of 1,000 labels is one line."""
    labels = [f"class {number}" for number in range(1000)]
    text = summary(label_changes(labels, [*labels[1:], labels[0]]))
    assert text.startswith("1000 moved; 'class 1' from line 2 to 1;")
    assert text.endswith("; and 995 more")


@given(LABELS, LABELS)
def test_only_added_labels_are_a_prefix(old: list[str], new: list[str]) -> None:
    """Every change is `added at the end` exactly if the old labels begin the new ones."""
    kinds = {change.kind for change in label_changes(old, new)}
    assert (kinds <= {"added at the end"}) == (new[: len(old)] == old)


@given(LABELS, LABELS)
def test_no_change_is_lost(old: list[str], new: list[str]) -> None:
    """The numbers of dropped and added labels are the difference of the lengths."""
    kinds = [change.kind for change in label_changes(old, new)]
    added = kinds.count("added") + kinds.count("added at the end")
    assert len(new) - len(old) == added - kinds.count("dropped")
