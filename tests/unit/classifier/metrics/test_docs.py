"""The reference page of the metrics agrees with the code."""

from __future__ import annotations

import re
from pathlib import Path

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from classifier import metrics
from classifier.metrics.labels import MAX_LABELS
from classifier.metrics.reasons import BY_STATUS, REASONS
from colours import photo

PAGE = (Path(__file__).parents[4] / "docs" / "reference" / "metrics.md").read_text()
ROW = re.compile(r"^\| `(classifier_\w+)` \| (\w+)(?:: ([^|]+))? \|", re.M)


def test_the_page_lists_every_metric(client: FlaskClient) -> None:
    """Name, type and labels of each metric are on the page, and the page lists no other."""
    client.post("/predict", data=photo("red"))
    listed = {
        name.removesuffix("_total"): (kind, set(re.findall(r"`(\w+)`", labels)))
        for name, kind, labels in ROW.findall(PAGE)
    }
    exposed = {
        family.name: (family.type, set().union(*(each.labels for each in family.samples)) - {"le"})
        for family in text_string_to_metric_families(metrics.exposition().decode())
    }
    assert listed == exposed


def test_the_page_lists_every_reason() -> None:
    """Each reason has a row, with the statuses that have it."""
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d, ]*) ?\|", PAGE, re.M))
    assert rows.keys() == set(REASONS)
    assert {int(status) for statuses in rows.values() for status in re.findall(r"\d+", statuses)} == set(
        BY_STATUS
    )


def test_the_page_has_the_largest_number_of_labels() -> None:
    """The page states the bound."""
    assert f"at most {MAX_LABELS}:" in PAGE
    assert f"at most {MAX_LABELS + 1} time series" in PAGE
