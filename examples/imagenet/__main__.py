"""Command line: ``python -m examples.imagenet OUT [--variant VARIANT]``."""

import argparse
import sys
import time
from pathlib import Path

from examples.imagenet.build import PARTS, VARIANTS, build
from examples.imagenet.errors import ExampleError
from examples.imagenet.packages import cache_directory
from imagemodel.errors import ImageModelError


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m examples.imagenet",
        description="Build the example model, its golden set and its evaluation set.",
    )
    parser.add_argument("out", type=Path, help="directory for model/, golden/ and evaluation/")
    parser.add_argument("--variant", choices=VARIANTS, default=VARIANTS[0], help="default: %(default)s")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Build the example and print its digests and paths; return 0, or 30 after printing an error."""
    arguments = _arguments(argv)
    started = time.monotonic()
    try:
        example, built = build(arguments.out, cache_directory(), arguments.variant)
    except (ExampleError, ImageModelError) as error:
        print(f"example: {error.message}" + (f"; {error.hint}" if error.hint else ""), file=sys.stderr)
        return 30
    for part in PARTS:
        print(f"{part:10}  {getattr(example, part)}  {arguments.out / part}")
    print(f"{'built' if built else 'up to date'}, {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
