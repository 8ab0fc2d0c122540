"""The model's way through the store, beside azcopy: `make bench-model` (MIB=512 ROUNDS=3 VERSIONS=10000)."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from bench import rows
from bench.blob_peers import azurite
from bench.growth import growth
from bench.transfers import transfers

DEFAULTS: Final = {"MIB": 512, "ROUNDS": 3, "VERSIONS": 10_000}
PLOT: Final = Path(".seatrial/bench/versions.svg")


def main() -> None:
    """Measure each section and print its table."""
    sizes = {name: int(os.environ.get(name) or number) for name, number in DEFAULTS.items()}
    with tempfile.TemporaryDirectory(prefix="seatrial-bench-") as name, azurite(Path(name)) as server:
        found = transfers(server, Path(name), sizes["MIB"], sizes["ROUNDS"])
        rows.show("Transfers: each command as a whole, medians of rounds in alternation", found)
        found = growth(server, sizes["VERSIONS"], sizes["ROUNDS"], PLOT)
        rows.show("Growth: the same store with more and more versions", found)


if __name__ == "__main__":
    main()
