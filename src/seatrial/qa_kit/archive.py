"""The archive: which files are in it, and how it is written so that the same content gives the same bytes."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from seatrial.atomic_files import temporary_file
from seatrial.qa_kit.modules import needed_files

FOLDER: Final = "qa-kit"
SUITE: Final = Path("tests/e2e/acceptance")
START: Final = Path("tests/e2e/qa_kit")
# What the suite imports only once it has ended: the page.
LATER: Final = (Path("src/seatrial/report/suite_page.py"),)
# Zip cannot represent an earlier time.
EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def write_kit(root: Path, golden: Path, facts: Mapping[str, object], target: Path) -> int:
    """Write the kit of a checkout with the golden set in `golden`; return the number of bytes.

    `facts` is what it expects and what it was made of: `kit.json`. Names, order, times and modes of the files
    are fixed, and nothing is compressed, so the same content gives the same archive on every machine.
    """
    with temporary_file(target.parent) as written:
        with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
            _write(archive, sorted(_files(root, golden, facts)))
        written.chmod(0o644)
        written.replace(target)
    return target.stat().st_size


def _write(archive: zipfile.ZipFile, files: Iterable[tuple[str, bytes]]) -> None:
    for name, data in files:
        entry = zipfile.ZipInfo(f"{FOLDER}/{name}", EPOCH)
        # On every system as on Unix.
        entry.create_system, entry.external_attr = 3, 0o100644 << 16
        archive.writestr(entry, data)


def _files(root: Path, golden: Path, facts: Mapping[str, object]) -> Iterator[tuple[str, bytes]]:
    suite = [
        *(root / SUITE).glob("*.py"),
        root / SUITE.parent / "conftest.py",
        *(root / each for each in LATER),
    ]
    for path in needed_files(root, suite):
        yield path.relative_to(root).as_posix(), path.read_bytes()
    for name in ("__main__.py", "README.md", "pytest.ini"):
        yield name, (root / START / name).read_bytes()
    yield "requirements.txt", (root / "requirements" / "qa.txt").read_bytes()
    yield "kit.json", json.dumps(facts, indent=2, sort_keys=True).encode() + b"\n"
    for path in sorted(golden.iterdir()):
        yield f"golden/{path.name}", path.read_bytes()
