"""The page on environments tells what the settings and overlays say."""

from __future__ import annotations

import re

import pytest

from seatrial.settings import Settings
from unit.deploy.conftest import ENVIRONMENTS, ROOT, Manifests

PAGE = (ROOT / "docs" / "reference" / "environments.md").read_text()


def _row(title: str) -> list[str]:
    (found,) = re.findall(rf"^\| {re.escape(title)} \|(.*)\|$", PAGE, re.M)
    return [cell.strip() for cell in found.split("|")]


@pytest.mark.parametrize("number", range(len(ENVIRONMENTS)))
def test_the_page_agrees_with_the_settings(
    settings: Settings, rendered: dict[str, dict[str, Manifests]], number: int
) -> None:
    """Replicas, bake window, deadline, scaling threshold and approval are as the table has them."""
    name = ENVIRONMENTS[number]
    asked, parts = settings.environment(name), rendered[name]
    autoscaler = next(each for each in parts["shared"] if each["kind"] == "HorizontalPodAutoscaler")
    cores = autoscaler["spec"]["metrics"][0]["resource"]["target"]["averageValue"]
    bake = f"{asked.bake_seconds / 60:g} min" if asked.bake_seconds >= 60 else f"{asked.bake_seconds:g} s"
    assert _row("replicas")[number] == f"{asked.replicas} to {asked.max_replicas}"
    assert _row("watched before its verdict")[number] == bake
    assert _row("95th percentile")[number] == f"{asked.max_p95_milliseconds / 1000:g} s"
    assert (_row("failed requests allowed meanwhile")[number] == "none") == (asked.max_error_rate == 0)
    assert bool(_row("approval")[number]) == bool(asked.approval)
    deadline = parts["slot"][0]["spec"]["progressDeadlineSeconds"]
    assert _row("a start that hangs is given up after")[number] == f"{deadline} s"
    assert _row("another replica above")[number].startswith(f"{int(cores[:-1]) / 1000:g}")
