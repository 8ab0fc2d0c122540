"""The alert rules, as promtool judges them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from integration.monitoring.conftest import promtool

CASES = Path(__file__).parent / "alerts"


def test_the_rules_are_valid(image: str, directory: Path, rules: dict[str, Any]) -> None:
    """Every rule, expression and template is accepted by promtool."""
    count = sum(len(group["rules"]) for group in rules["groups"])
    assert f"SUCCESS: {count} rules found" in promtool(image, directory, "check", "rules", "rules.yaml")


@pytest.mark.parametrize("cases", sorted(CASES.iterdir()), ids=lambda path: path.stem)
def test_each_case_fires_its_alerts_and_no_other(image: str, directory: Path, cases: Path) -> None:
    """In each case the alerts that fire at each time are exactly those that it lists."""
    shutil.copyfile(cases, directory / cases.name)
    assert "SUCCESS" in promtool(image, directory, "test", "rules", cases.name)


def test_every_alert_has_a_case_in_which_it_fires(rules: dict[str, Any]) -> None:
    """An alert without a case could never fire."""
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule}
    tested = set(re.findall(r'alertname="(\w+)"', "".join(path.read_text() for path in CASES.iterdir())))
    assert tested == alerts


def test_a_case_that_expects_another_alert_fails(image: str, directory: Path) -> None:
    """The cases are really judged."""
    text = (CASES / "requests.yaml").read_text().replace('alertname="ClassifierErrors"', 'alertname="Other"')
    (directory / "wrong.yaml").write_text(text)
    with pytest.raises(AssertionError, match="FAILED"):
        promtool(image, directory, "test", "rules", "wrong.yaml")
