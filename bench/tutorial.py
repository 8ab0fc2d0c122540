"""The commands of the tutorial, one by one, from an ONNX file to an answer of the stable release."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.rows import Row

from e2e.release.model_checkout import copy_checkout
from e2e.release.tutorial import COMMAND, PAGE, Reader
from seatrial.workspace import find

LIMIT_SECONDS: Final = 600.0


def tutorial() -> list[Row]:
    """Type the commands of the page in a checkout of their own, on the local cloud of SEATRIAL_INSTANCE.

    Lint and unit tests, which `make pipeline` runs first, are not included.
    """
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="seatrial-tutorial-") as folder:
        checkout = copy_checkout(find(os.environ["SEATRIAL_INSTANCE"]), Path(folder) / "checkout")
        (checkout.workspace.root / ".venv").symlink_to(Path(sys.prefix))
        reader, began = Reader(checkout), time.perf_counter()
        for command in COMMAND.findall(PAGE.read_text()):
            start = time.perf_counter()
            reader.type(command)
            rows.append(Row(" ".join(command.split()[:2])[:60], f"{time.perf_counter() - start:.1f} s"))
        total = time.perf_counter() - began
    whole = Row(
        "from the ONNX file to an answer",
        f"{total:.0f} s",
        "",
        f"{LIMIT_SECONDS:g} s",
        total <= LIMIT_SECONDS,
    )
    return [*rows, whole]
