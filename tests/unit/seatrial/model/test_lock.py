"""model.lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import UsageError
from seatrial.model.lock import Lock, read_lock, write_lock
from seatrial.results import Artefact

DIGEST = "sha256:" + "ab" * 32
LOCK = Lock(
    model=Artefact(name="colours", version="1.0.0", digest=DIGEST),
    golden=Artefact(name="colour-photos", version="2.0", digest=DIGEST),
)


def test_a_written_lock_is_read_back(tmp_path: Path) -> None:
    """Writing and reading gives an equal lock; writing it again gives the same bytes."""
    write_lock(tmp_path / "model.lock", LOCK)
    first = (tmp_path / "model.lock").read_bytes()
    assert read_lock(tmp_path / "model.lock") == LOCK
    write_lock(tmp_path / "model.lock", LOCK)
    assert (tmp_path / "model.lock").read_bytes() == first


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "colours"', 'name = "../colours"', "not a valid name and version"),
        ('version = "1.0.0"', 'version = "1/0"', "not a valid name and version"),
        ('version = "1.0.0"', 'version = "channels"', "channels"),
        ("sha256:ab", "sha256:xy", "model.digest"),
        ('version = "1.0.0"', "version = 1", "model.version"),
        ('version = "1.0.0"', 'version = "1.0.0"\ncolour = "red"', "model.colour"),
        ("[golden]", "[golden", "not TOML"),
        ("[golden]", "[silver]", "golden"),
    ],
)
def test_an_invalid_lock_is_wrong_usage(tmp_path: Path, old: str, new: str, message: str) -> None:
    """The error names the invalid field in one line."""
    path = tmp_path / "model.lock"
    write_lock(path, LOCK)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(UsageError, match=message):
        read_lock(path)


def test_a_missing_lock_is_wrong_usage(tmp_path: Path) -> None:
    """The hint is the command that restores model.lock."""
    with pytest.raises(UsageError, match="missing") as raised:
        read_lock(tmp_path / "model.lock")
    assert "git checkout" in raised.value.hint
