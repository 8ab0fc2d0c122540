"""`python -m zoo [--only NAME]`: validate the models of the zoo; exits 1 if one is not judged as expected."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from zoo.base import Base, bases
from zoo.members import Member, members


def judged(member: Member, base: Base, number: int) -> tuple[bool, str]:
    """Validate a model; return whether it is judged as expected, and what failed, the expected first."""
    folder: Path = base.folder / f"model-{number}"
    member.write(folder)
    failed = base.failed(folder, sampled=member.sampled)
    meant = [each for each in failed if each.startswith(member.caught_by)] if member.caught_by else []
    others = len(failed) - len(meant)
    text = "; ".join(meant or failed) + (f" (and {others} more)" if meant and others else "")
    return bool(meant) if member.caught_by else not failed, text or "nothing: it passes"


def main(arguments: list[str]) -> int:
    """Print a table of the models, or of the one that is named, and return the exit code."""
    parser = argparse.ArgumentParser(prog="zoo")
    parser.add_argument("--only", choices=[each.name for each in members()])
    only = parser.parse_args(arguments).only
    chosen = [each for each in members() if only in (None, each.name)]
    table = Table("model", "expected", "caught by", "as expected")
    progress, wrong = Console(stderr=True, highlight=False, markup=False, soft_wrap=True), 0
    with bases() as prepared:
        for number, member in enumerate(chosen):
            fine, text = judged(member, prepared[member.kind], number)
            wrong += not fine
            progress.print(f"{member.name}: {text[:120]}")
            table.add_row(
                member.name, member.caught_by or "passes", escape(text[:150]), "yes" if fine else "NO"
            )
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    console.print(f"{len(chosen)} models, {wrong} not as expected")
    return min(1, wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
