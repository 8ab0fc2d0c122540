"""What the command line imports before it runs a command."""

from __future__ import annotations

import json
import subprocess
import sys

SLOW = ("numpy", "onnx", "onnxruntime", "PIL", "azure", "boto3", "kubernetes", "docker", "requests")


def imported_by(module: str) -> set[str]:
    """Return the slow packages that a new interpreter has loaded after it imported a module."""
    code = f"import json, sys, {module}; print(json.dumps([n for n in {SLOW} if n in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    return set(json.loads(done.stdout))


def test_no_command_loads_what_only_another_needs() -> None:
    """Each command starts without the SDKs and the inference runtime, which take a second to load."""
    assert imported_by("seatrial.cli") == set()


def test_fetch_from_the_cache_loads_no_client() -> None:
    """A cached copy needs no store, so no SDK and no HTTP client."""
    assert imported_by("seatrial.stages.fetch") == set()
