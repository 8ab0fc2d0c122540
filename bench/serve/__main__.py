"""Build the servers or measure them: `make bench-serve-build`, `make bench-serve` (QUICK=1)."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path
from typing import Final

from bench import rows
from bench.serve.containers import remove_leftovers
from bench.serve.decoding import read
from bench.serve.images import DATA, DECODING, build_images
from bench.serve.measure import QUICK, Bench, Effort
from bench.serve.photos import write_bodies
from bench.serve.result import decoding_row, goals, table, write_plot
from rich.console import Console

from seatrial.image.docker_client import connect

RESULT: Final = DATA.parent / "serve.json"


def main() -> None:
    """Read the command and run it."""
    parser = argparse.ArgumentParser(prog="bench.serve", description=__doc__)
    parser.add_argument("command", choices=("build", "run"))
    parser.add_argument("--quick", action="store_true", help="one round, to see that everything works")
    words = parser.parse_args()
    if words.command == "build":
        build_images()
        return
    measure(QUICK if words.quick else Effort(), RESULT)


def measure(effort: Effort, path: Path) -> None:
    """Measure all servers, write `path`, and print the tables."""
    if not DECODING.exists():
        sys.exit("nothing is built: make bench-serve-build")
    bodies, label = write_bodies(DATA / "example" / "golden", DATA / "photos")
    with closing(connect()) as client:
        bench = Bench(client, bodies, label, effort, path)
        try:
            remove_leftovers(client)
            for step in (bench.start, bench.peaks, bench.fixed_rates, bench.long_run):
                print(step.__name__.replace("_", " "), "…", file=sys.stderr, flush=True)
                step()
        finally:
            bench.stop()
    write_plot(bench.run, path.with_suffix(".svg"))
    Console(width=190).print(table(bench.run))
    rows.show("Goals", [*goals(bench.run), decoding_row(read(DECODING))])
    print(f"{path}, {path.with_suffix('.svg')}")


if __name__ == "__main__":
    main()
