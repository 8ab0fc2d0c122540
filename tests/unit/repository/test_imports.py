"""Tests of the import rules in pyproject.toml, which import-linter checks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from unit.repository.project import ROOT

LINT = str(Path(sys.executable).with_name("lint-imports"))
# An import for each rule that must be refused: the module that gets it, and what it imports.
REFUSED = {
    "imagemodel.card": "seatrial",
    "classifier.app": "localcloud",
    "seatrial.console": "localcloud",
    "localcloud.up": "imagemodel",
    "seatrial.analysis.load": "seatrial.stages.deploy",
    "seatrial.kube.client": "seatrial.analysis.load",
    "seatrial.provenance.tree": "seatrial.report.render",
    "seatrial.stores.directory": "seatrial.model.locks.lock",
    "seatrial.errors": "seatrial.settings",
    "seatrial.release.undo": "time",
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run lint-imports on the packages of a checkout, with that checkout's pyproject.toml."""
    return subprocess.run(
        [LINT, "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the sources and pyproject.toml that a test may change."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_packages_keep_the_import_rules() -> None:
    """Every contract in pyproject.toml holds."""
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


def test_each_forbidden_import_is_refused(checkout: Path) -> None:
    """One import against a rule breaks its contract: between packages, upwards, sideways, of `time`."""
    for module, imported in REFUSED.items():
        source = checkout / "src" / f"{module.replace('.', '/')}.py"
        source.write_text(source.read_text() + f"\nimport {imported}\n")
    done = lint(checkout)
    assert done.returncode != 0
    assert "6 broken" in done.stdout
    assert [pair for pair in REFUSED.items() if " -> ".join(pair) not in done.stdout] == []


def test_a_module_outside_the_layers_is_refused(checkout: Path) -> None:
    """Each module and package of seatrial belongs to a layer."""
    (checkout / "src" / "seatrial" / "unlisted.py").write_text("")
    done = lint(checkout)
    assert done.returncode != 0
    assert "seatrial.unlisted" in done.stdout


def test_no_layer_names_a_module_twice() -> None:
    """The layers are exhaustive, and each module is in one of them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layered,) = [each for each in contracts if each["type"] == "layers"]
    modules = [name.strip(" ()") for layer in layered["layers"] for name in layer.split("|")]
    assert layered["exhaustive"] is True
    assert sorted(modules) == sorted(set(modules))
