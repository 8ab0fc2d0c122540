"""Tests that only a person and the tests' instance release changes that no commit contains."""

from __future__ import annotations

import re

from unit.repository.project import MAKEFILE, ROOT, tracked

SETTING = "ALLOW_UNCOMMITTED"


def test_no_workflow_allows_it() -> None:
    """CI releases commits only."""
    paths = [path for path in tracked() if path.parts[len(ROOT.parts)] in (".github", ".ci")]
    assert paths
    assert [path for path in paths if re.search(SETTING, path.read_text(), re.IGNORECASE)] == []


def test_the_makefile_allows_it_for_the_instance_of_the_tests_only() -> None:
    """The setting stands beside INSTANCE=test, and only `test` and `test-nightly` use it."""
    lines = [line for line in MAKEFILE.splitlines() if SETTING in line]
    assert [line.split(" :=")[0] for line in lines] == ["TESTED"]
    assert "INSTANCE=test ENV=staging" in lines[0]
    recipes = [line for line in MAKEFILE.splitlines() if "$(TESTED)" in line]
    assert [re.findall(r"test-\w*-?all", line) for line in recipes] == [["test-all"], ["test-nightly-all"]]
