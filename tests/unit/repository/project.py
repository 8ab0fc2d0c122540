"""The checkout as its own tests read it: Makefile, workflows, tables of the README, tracked files."""

from __future__ import annotations

import re
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


def pipeline() -> list[str]:
    """The order of the stages, from the one place where it stands."""
    found = re.search(r"^PIPELINE := (.+)$", MAKEFILE, re.M)
    assert found, "the Makefile states no PIPELINE"
    return found.group(1).split()


def targets() -> set[str]:
    """The names that can be given to make."""
    return {
        name for line in re.findall(r"^([a-z][a-z0-9 -]*):(?!=)", MAKEFILE, re.M) for name in line.split()
    }


def workflow(name: str) -> dict[str, Any]:
    """A workflow as YAML; its `on:` reads as the key True."""
    loaded: dict[str, Any] = yaml.safe_load((WORKFLOWS / name).read_text())
    return loaded


def steps(name: str) -> Iterator[dict[str, Any]]:
    """Every step of a workflow, in order."""
    for job in workflow(name)["jobs"].values():
        yield from job.get("steps", [])


def made(text: str) -> list[str]:
    """The targets that make is told in a line, without its variables."""
    words = text.replace("`", " ").split("make", 1)[1].split("#")[0].split()
    return [word for word in words if "=" not in word]


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the README, its head left out."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    table = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


@cache
def tracked(suffix: str = "") -> list[Path]:
    """The files that git has or would add, those that end in `suffix`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name.endswith(suffix) and (ROOT / name).is_file()]
