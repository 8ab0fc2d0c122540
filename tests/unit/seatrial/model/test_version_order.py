"""The order of version numbers."""

from __future__ import annotations

import pytest

from seatrial.model.published.version_order import is_newer


@pytest.mark.parametrize(
    ("newer", "older"),
    [("1.0.1", "1.0.0"), ("1.10", "1.9"), ("2.0", "2.0-rc1"), ("2026-02-01", "2026-01-31"), ("v2", "v1.9")],
)
def test_version_numbers_are_compared_by_their_numbers(newer: str, older: str) -> None:
    """A higher number is newer, a pre-release older."""
    assert is_newer(newer, older)
    assert not is_newer(older, newer)
    assert not is_newer(newer, newer)


@pytest.mark.parametrize("version", ["a1b2c3", "3f2a1b", "1.0rc1", "final"])
def test_other_versions_have_no_order(version: str) -> None:
    """A channel is not moved by a guess."""
    assert not is_newer(version, "1.0.0")
    assert not is_newer("1.0.0", version)
