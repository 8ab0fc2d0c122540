"""Agreement with the live model: judged for a model that has every label of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from colours import write_model
from seatrial.model.validation.checks import examine
from seatrial.model.validation.label_checks import missing_labels
from seatrial.sections import Validate


@pytest.mark.parametrize(
    ("labels", "missing"),
    [
        (("red", "green", "blue", "black"), ""),
        (("green", "blue", "red"), ""),
        (("red", "green"), "1 labels of the live model are not labels of this one ('blue')"),
        (("red", "lime", "navy"), "2 labels of the live model are not labels of this one ('blue', 'green')"),
    ],
)
def test_agreement_needs_every_label_of_the_live_model(
    tmp_path: Path, labels: tuple[str, ...], missing: str
) -> None:
    """More labels, or the same in another order, are compared; a missing one is for the check of labels."""
    write_model(tmp_path / "live")
    write_model(tmp_path / "next", labels=labels, version="2.0.0")
    assert missing_labels(tmp_path / "next", tmp_path / "live") == missing


@pytest.mark.parametrize(
    ("labels", "status"), [(("red", "green", "navy"), "not judged"), (("green", "blue", "red"), "failed")]
)
def test_the_report_shows_whether_agreement_was_judged(
    tmp_path: Path, model: Path, golden: Path, labels: tuple[str, ...], status: str
) -> None:
    """With a renamed label it is not judged, also with a demand; with moved ones it is."""
    write_model(tmp_path / "next", labels=labels, version="2.0.0")
    checks = examine(tmp_path / "next", golden, model, Validate(demand_comparison=True)).checks
    (check,) = [each for each in checks if each.name == "agrees with the live model"]
    assert check.status == status
