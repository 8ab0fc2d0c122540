"""Test that the page on environments agrees with settings and overlays."""

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
    """The table has the replicas, bake, deadlines, scaling threshold and approval of each environment."""
    name = ENVIRONMENTS[number]
    configured, parts = settings.environment(name), rendered[name]
    autoscaler = next(each for each in parts["shared"] if each["kind"] == "HorizontalPodAutoscaler")
    cores = autoscaler["spec"]["metrics"][0]["resource"]["target"]["averageValue"]
    bake = (
        f"{configured.bake_seconds / 60:g} min"
        if configured.bake_seconds >= 60
        else f"{configured.bake_seconds:g} s"
    )
    assert _row("replicas")[number] == f"{configured.replicas} to {configured.max_replicas}"
    assert _row("bake")[number] == bake
    assert _row("95th percentile")[number] == f"{configured.max_p95_milliseconds / 1000:g} s"
    assert (_row("failed requests allowed")[number] == "none") == (configured.max_error_rate == 0)
    assert bool(_row("approval")[number]) == bool(configured.approval)
    deadline = parts["slot"][0]["spec"]["progressDeadlineSeconds"]
    assert _row("progress deadline (`progressDeadlineSeconds`)")[number] == f"{deadline} s"
    assert _row("rollout deadline (`rollout_seconds`)")[number] == f"{configured.rollout_seconds:g} s"
    assert _row("scale up above")[number].startswith(f"{int(cores[:-1]) / 1000:g}")
