"""The page on validation: its figures are those of the code."""

from __future__ import annotations

from seatrial.model.evaluation.judging import LEVEL_SHARES
from seatrial.model.evaluation.power import smallest_loss
from seatrial.sections import Validate
from unit.repository.project import ROOT, table_under

PAGE = (ROOT / "docs" / "explanation" / "validation.md").read_text()


def test_the_losses_of_the_table_are_those_that_the_code_gives() -> None:
    """At the default settings, for the comparison of top-1."""
    limits = Validate()
    rows = table_under("What the sample could have seen", PAGE)
    assert len(rows) > 5
    for originals, better, loss in rows:
        share = float(better.rstrip(" %")) / 100
        level = limits.level * LEVEL_SHARES["top-1"]
        found = smallest_loss(int(originals.replace(",", "")), share, level, limits.margin, limits.power)
        assert found is not None
        assert f"{found:.1%}".replace("%", " %") == loss


def test_the_level_is_divided_as_the_page_states() -> None:
    """Half, a quarter, a quarter: together the level."""
    assert LEVEL_SHARES == {"top-1": 0.5, "top-k": 0.25, "classes": 0.25}
    assert "Half of it is for top-1, a quarter for\ntop-5, a quarter for the classes." in PAGE
