"""Every query of the rules and of the dashboard, on a real Prometheus that scraped the real app."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from integration.monitoring.conftest import MONITORING
from integration.monitoring.server import Prometheus
from localcloud.errors import LocalcloudError

RULES = [
    rule
    for group in yaml.safe_load((MONITORING / "prometheusrule.yaml").read_text())["spec"]["groups"]
    for rule in group["rules"]
]
RECORDED = [rule["record"] for rule in RULES if "record" in rule]
ALERTS = {rule["alert"]: rule["expr"] for rule in RULES if "alert" in rule}
DASHBOARD = json.loads((MONITORING / "dashboard.json").read_text())
COMPARISON = re.compile(r"\s[<>]=?\s*[\d.]+")
SET_OPERATOR = re.compile(r"\b(?:and|or|unless)\b")


def panel_queries() -> Iterator[tuple[str, str]]:
    """Yield title and expression of every query of the dashboard's panels."""
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


def operands(expression: str) -> list[str]:
    """Return what an alert compares: without thresholds, set operators and `absent`."""
    parts = SET_OPERATOR.split(COMPARISON.sub(" ", expression))
    return [re.sub(r"^absent\((.*)\)$", r"\1", part.strip()) for part in parts]


def filled(expression: str) -> str:
    """Return an expression with values for Grafana's variables."""
    return expression.replace("$__rate_interval", "5m").replace("$namespace", "local")


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_value_exists(prometheus: Prometheus, name: str) -> None:
    """Prometheus has evaluated each recording rule to a number."""
    prometheus.wait_for(name)


def test_prometheus_evaluates_every_rule(prometheus: Prometheus) -> None:
    """No rule has an error, and none of the alerts fires for an app in normal operation except refusals."""
    groups = prometheus.get("rules")["groups"]
    found = {rule["name"]: rule for group in groups for rule in group["rules"]}
    assert found.keys() == {*RECORDED, *ALERTS}
    assert {name: rule["lastError"] for name, rule in found.items() if rule.get("lastError")} == {}


@pytest.mark.parametrize("name", ALERTS)
def test_everything_that_an_alert_compares_exists(prometheus: Prometheus, name: str) -> None:
    """An alert whose operand has no value could never fire."""
    for operand in operands(ALERTS[name]):
        prometheus.wait_for(operand)


@pytest.mark.parametrize(("title", "expression"), list(panel_queries()))
def test_every_query_of_the_dashboard_returns_data(
    prometheus: Prometheus, title: str, expression: str
) -> None:
    """No panel is empty."""
    prometheus.wait_for(filled(expression))


def test_the_variable_and_the_annotation_of_the_dashboard_return_data(prometheus: Prometheus) -> None:
    """The dashboard can choose an environment, and marks releases."""
    labels = prometheus.get("label/namespace/values", **{"match[]": "classifier_model_info"})
    assert labels == ["local"]
    (annotation,) = DASHBOARD["annotations"]["list"]
    for operand in operands(annotation["expr"]):
        prometheus.wait_for(filled(operand))


def test_the_dashboard_can_be_imported() -> None:
    """Each panel has its own id and place, a description and the variable data source."""
    panels: list[dict[str, Any]] = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
        if panel["type"] != "row":
            assert panel["description"]
            assert {each["datasource"]["uid"] for each in panel["targets"]} == {"${datasource}"}


def test_an_unknown_metric_is_noticed(prometheus: Prometheus) -> None:
    """A query of a metric that the app does not have returns no data, and fails its test."""
    with pytest.raises(LocalcloudError, match="no value of classifier_http_request_total"):
        prometheus.wait_for("classifier_http_request_total", seconds=1)
