"""QA's kit makes its own environment from the locked packages, in an empty directory."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from app_process import serve
from imagemodel.card import CARD, digest_of
from network_sets import write_golden
from networks import write_model
from seatrial.qa_kit.archive import write_kit

ROOT = Path(__file__).parents[3]
IMAGE = "sha256:" + "1" * 64
# How this machine reaches a package index; a user's own settings of pip, in the same way.
PACKAGE_INDEX = ("PIP_", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy")


def test_one_command_tests_a_url_with_nothing_but_python(tmp_path: Path) -> None:
    """The kit installs its packages by hash, passes and leaves the page; the second run installs nothing."""
    write_model(tmp_path / "model", 6, channels="RGB")
    write_golden(tmp_path / "golden", 6, "RGB", range(0, 6, 2))
    digest = digest_of((tmp_path / "model" / CARD).read_bytes())
    write_kit(ROOT, tmp_path / "golden", {"expect": {"image": IMAGE, "model": digest}}, tmp_path / "kit.zip")
    (tmp_path / "empty").mkdir()
    with zipfile.ZipFile(tmp_path / "kit.zip") as archive:
        archive.extractall(tmp_path / "empty")
    env = {name: value for name, value in os.environ.items() if name.startswith(PACKAGE_INDEX)}
    with serve(tmp_path / "model", tmp_path, {"SEATRIAL_IMAGE_DIGEST": IMAGE}) as app:
        first, again = (
            subprocess.run(
                [sys.executable, "qa-kit", app.url, *words],
                cwd=tmp_path / "empty",
                env=env,
                capture_output=True,
                text=True,
                check=False,
                timeout=500,
            )
            for words in ([], ["-k", "probes"])
        )
    assert first.returncode == 0, first.stdout + first.stderr
    assert "qa-kit: making" in first.stdout
    assert (tmp_path / "empty/qa-kit/reports/qa/acceptance/report.html").exists()
    assert again.returncode == 0, again.stdout + again.stderr
    assert "qa-kit: making" not in again.stdout
