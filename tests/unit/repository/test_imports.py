"""Who may import whom."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from unit.repository.project import ROOT

LINT = str(Path(sys.executable).with_name("lint-imports"))
FORBIDDEN = {
    "imagemodel": "seatrial",
    "classifier": "localcloud",
    "seatrial": "localcloud",
    "localcloud": "imagemodel",
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Judge the packages of a checkout by its own pyproject.toml."""
    return subprocess.run(
        [LINT, "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_no_package_sees_one_it_must_not() -> None:
    """The image never carries the pipeline, and nothing depends on the local cloud."""
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


def test_every_forbidden_import_is_refused(tmp_path: Path) -> None:
    """One line that breaks a rule is enough, in each package."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package, other in FORBIDDEN.items():
        (tmp_path / "src" / package).mkdir(parents=True)
        (tmp_path / "src" / package / "__init__.py").write_text(f"import {other}\n")
    done = lint(tmp_path)
    assert done.returncode != 0
    assert [f"{package} -> {other}" in done.stdout for package, other in FORBIDDEN.items()] == [True] * 4
