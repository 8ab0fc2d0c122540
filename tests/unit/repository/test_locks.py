"""Tests that the requirements pin every package by hash and contain no address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unit.repository.project import ROOT

LOCKS = [*sorted((ROOT / "requirements").glob("*.txt")), *sorted((ROOT / "bench/serve/peers").glob("*.txt"))]


def unpinned(text: str) -> list[str]:
    """Return the requirements of a lock without an exact version or a sha256."""
    entries = re.split(r"\n(?=\S)", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    whole = re.compile(r"^[\w.\[\]-]+==\S+.*--hash=sha256:[0-9a-f]{64}", re.S)
    return [entry.split()[0] for entry in entries if entry.strip() and not whole.match(entry)]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_by_hash(lock: Path) -> None:
    """An installation has the same bytes as the tested one."""
    assert unpinned(lock.read_text()) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_contains_no_address(lock: Path) -> None:
    """A lock works with every package index, because the hash identifies the file."""
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", lock.read_text())


def test_a_package_without_hash_is_reported() -> None:
    """A requirement without a hash is reported by name."""
    digest = "a" * 64
    assert unpinned(f"flask==3.1 \\\n    --hash=sha256:{digest}\nnumpy==2.3\n") == ["numpy==2.3"]
