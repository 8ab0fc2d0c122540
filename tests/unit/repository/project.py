"""Read the checkout for its own tests: Makefile, workflows, tables in pages, tracked files."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
WORKFLOWS = ROOT / ".github" / "workflows"
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def pipeline() -> list[str]:
    """Return the stages in order, from the Makefile's PIPELINE."""
    found = re.search(r"^PIPELINE := (.+)$", MAKEFILE, re.M)
    assert found, "the Makefile has no PIPELINE"
    return found.group(1).split()


def targets() -> set[str]:
    """Return the names that can be given to make."""
    return {
        name for line in re.findall(r"^([a-z][a-z0-9 -]*):(?!=)", MAKEFILE, re.M) for name in line.split()
    }


def workflow(name: str) -> dict[str, Any]:
    """Read a workflow as YAML; its key `on` is read as True."""
    loaded: dict[str, Any] = yaml.safe_load((WORKFLOWS / name).read_text())
    return loaded


def steps(name: str) -> Iterator[dict[str, Any]]:
    """Return every step of a workflow, in order."""
    for job in workflow(name)["jobs"].values():
        yield from job.get("steps", [])


def targets_in(line: str) -> list[str]:
    """Return the targets of a make command, without its variables and comment."""
    words = shlex.split(line.replace("`", " ").split("make", 1)[1], comments=True)
    return [word for word in words if "=" not in word]


def table_under(heading: str, page: str = README) -> list[list[str]]:
    """Return the cells of the table under a heading of a page, without the table's head."""
    section = re.split(rf"^##? {re.escape(heading)}\n", page, flags=re.M)[1].split("\n## ", 1)[0]
    table = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


@cache
def tracked(suffix: str = "") -> list[Path]:
    """Return the files that git tracks or would add, with names that end in `suffix`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name.endswith(suffix) and (ROOT / name).is_file()]
