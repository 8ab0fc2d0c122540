"""The directory in which several processes keep their metrics."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Final

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"


def prepare(directory: Path, environ: MutableMapping[str, str]) -> None:
    """Create `directory`, remove the values of an earlier start from it, and set its variable in `environ`.

    Call it once, before the processes start and before `classifier.metrics` is imported: `prometheus_client`
    chooses between one and several processes when it is imported. A container that is restarted finds the
    files of the processes before it, which had the same process ids.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for file in directory.glob("*.db"):
        file.unlink()
    environ[VARIABLE] = str(directory)
