"""Build manifests with `kubectl kustomize`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from seatrial.errors import OutsideError
from seatrial.process import run

KUSTOMIZE_SECONDS = 30


def build(directory: Path) -> list[dict[str, Any]]:
    """Return the manifests of a kustomization directory.

    Raises OutsideError if kubectl is not installed, fails, or takes more than KUSTOMIZE_SECONDS.
    """
    argv = [_kubectl(), "kustomize", str(directory)]
    output = run(argv, timeout=KUSTOMIZE_SECONDS, separate_stderr=True).output
    return [document for document in yaml.safe_load_all(output) if document]


def _kubectl() -> str:
    installed = Path(sys.executable).parent / "kubectl"
    found = str(installed) if installed.exists() else shutil.which("kubectl")
    if not found:
        raise OutsideError("kubectl is not installed", "make setup installs it")
    return found
