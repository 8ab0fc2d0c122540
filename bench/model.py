"""A model's way from its file to users: `make bench-model` (MIB=512 ROUNDS=3 VERSIONS=10000)."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from bench import rows
from bench.blob_peers import azurite
from bench.example_model import example_model
from bench.growth import growth
from bench.transfers import transfers
from bench.tutorial import tutorial
from platformdirs import user_cache_path

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
        found = example_model(server, Path(name), _cache(), sizes["ROUNDS"])
        rows.show("The example model: each command as a whole", found)
    rows.show("The tutorial: a model of one's own, on the local cloud of the tests", tutorial())


def _cache() -> Path:
    return Path(os.environ.get("SEATRIAL_CACHE") or user_cache_path("seatrial")) / "example"


if __name__ == "__main__":
    main()
