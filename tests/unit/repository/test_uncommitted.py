"""Tests that only a person and the tests' instance release changes that no commit contains."""

from __future__ import annotations

import re
import subprocess

import pytest

from unit.repository.project import ROOT, tracked

SETTING = "ALLOW_UNCOMMITTED"


def test_no_workflow_allows_it() -> None:
    """CI releases commits only."""
    paths = [path for path in tracked() if path.parts[len(ROOT.parts)] in (".github", ".ci")]
    assert paths
    assert [path for path in paths if re.search(SETTING, path.read_text(), re.IGNORECASE)] == []


@pytest.mark.parametrize(
    ("target", "instance", "found"),
    [("deploy", "test", "true"), ("test-unit", "test", ""), ("deploy", "dev", ""), ("deploy", "ci", "")],
)
def test_the_makefile_allows_it_for_the_instance_of_the_tests_only(
    monkeypatch: pytest.MonkeyPatch, target: str, instance: str, found: str
) -> None:
    """`deploy` alone has the setting: tests run in checkouts that have no such environment."""
    variable = f"SEATRIAL_ENVIRONMENTS__STAGING__{SETTING}"
    for name in (variable, "MAKEFLAGS", "INSTANCE"):
        monkeypatch.delenv(name, raising=False)
    # A later recipe for the target replaces that of the Makefile, and keeps its variables.
    done = subprocess.run(
        ["make", "-s", "-f", "Makefile", "-f", "-", target, f"INSTANCE={instance}", "SETUP="],
        input=f"{target}: ; @echo $${variable}",
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert done.stdout.strip() == found
