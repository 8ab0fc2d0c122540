"""Generated requests to the app's own server process: every response is as documented."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from app_process import ROOT, serve

PROGRAM = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")
PHASES = "examples,coverage,fuzzing"


def schemathesis(url: str, folder: Path, examples: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Send generated requests to every operation.

    The requests are the same in each run, unless `FUZZ_EXAMPLES` is set.
    """
    given = ["--phases", PHASES, "--max-examples", examples, "--no-color"]
    if "FUZZ_EXAMPLES" not in os.environ:
        given += ["--seed", "1", "--generation-database", "none"]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(ROOT / each) for each in ("src", "tests")),
        "SCHEMATHESIS_HOOKS": "unit.classifier.openapi.request_strategies",
    }
    words = [str(PROGRAM), "--config-file", str(CONFIG), "run", f"{url}/openapi.json", *given, *options]
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_every_response_is_as_documented(model_dir: Path, tmp_path: Path) -> None:
    """No response is a 5xx; status, media type, headers and body of each are in the document."""
    with serve(model_dir, tmp_path, {"APP_MAX_IMAGES": "4", "APP_MAX_BODY_BYTES": "200000"}) as server:
        done = schemathesis(server.url, tmp_path, os.environ.get("FUZZ_EXAMPLES", "25"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_response_that_is_not_documented_is_reported(model_dir: Path, tmp_path: Path) -> None:
    """Planted routes with another status, media type or body, or with an error, fail the test above."""
    with serve(model_dir, tmp_path, app="unit.classifier.openapi.planted_app:application") as server:
        done = schemathesis(server.url, tmp_path, "1", "--include-path-regex", "^/planted")
    assert done.returncode == 1
    failures = re.findall(r"^_+ (?:GET|POST) /planted/([\w-]+) _+$", done.stdout, re.M)
    assert sorted(failures) == ["body", "error", "media-type", "status"], done.stdout
