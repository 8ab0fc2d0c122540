"""Tests that only the release tests release unchecked images, and that they do it by one helper."""

from __future__ import annotations

import re

from unit.repository.project import ROOT, tracked

DEPLOY = re.compile(r'"deploy",\s*"--image".*')
# This file tests what is refused without a reason.
REFUSALS = "tests/e2e/release/test_refusals.py"


def without_reason(text: str) -> list[str]:
    """Return the deploys of a given image that have no reason."""
    return [found for found in DEPLOY.findall(text) if "*UNCHECKED" not in found]


def test_a_deploy_of_a_test_image_has_a_reason() -> None:
    """An image of the release tests has no statement: `ReleaseEnvironment.deploy` gives the reason."""
    paths = [path for path in tracked(".py") if path.relative_to(ROOT).parts[0] in ("tests", "bench")]
    names = {path.relative_to(ROOT).as_posix(): path for path in paths}
    found = {name: without_reason(path.read_text()) for name, path in names.items() if name != REFUSALS}
    found.pop("tests/unit/repository/test_unchecked.py", None)
    assert {name: deploys for name, deploys in found.items() if deploys} == {}


def test_no_workflow_target_or_script_releases_an_unchecked_image() -> None:
    """CI and Makefile never set a reason, nor allow one; a person types it."""
    paths = [path for path in tracked() if path.parts[len(ROOT.parts)] in (".github", ".ci", "Makefile")]
    assert paths
    assert [path for path in paths if re.search("unchecked", path.read_text(), re.IGNORECASE)] == []


def test_a_deploy_without_a_reason_is_reported() -> None:
    """The search finds a call without the reason, and no other."""
    assert without_reason('environment.run("deploy", "--image", image)')
    assert not without_reason('environment.run("deploy", "--image", image, *UNCHECKED)')
