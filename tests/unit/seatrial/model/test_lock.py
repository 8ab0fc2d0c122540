"""model.lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import UsageError
from seatrial.model.locks.lock import LabelAcceptance, Lock, read_lock, write_lock
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


def test_an_acceptance_of_labels_is_a_table_of_its_own(tmp_path: Path) -> None:
    """It is read back as it was written, and absent in a lock without one."""
    write_lock(tmp_path / "model.lock", LOCK)
    assert "labels" not in (tmp_path / "model.lock").read_text()
    accepted = LabelAcceptance(old=(DIGEST,), new=DIGEST, by="a@b.test", reason='"why": so')
    lock = LOCK.model_copy(update={"labels": accepted})
    write_lock(tmp_path / "model.lock", lock)
    assert "[labels]" in (tmp_path / "model.lock").read_text()
    assert read_lock(tmp_path / "model.lock") == lock


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (f'old = ["{DIGEST}"]', "old = []", "labels.old"),
        (f'new = "{DIGEST}"', 'new = "sha256:x"', "labels.new"),
        ('by = "a@b.test"', 'by = ""', "labels.by"),
        ('reason = "so"', "", "labels.reason"),
    ],
)
def test_an_incomplete_acceptance_is_wrong_usage(tmp_path: Path, old: str, new: str, message: str) -> None:
    """An acceptance has both digests, a person and a reason."""
    path = tmp_path / "model.lock"
    accepted = LabelAcceptance(old=(DIGEST,), new=DIGEST, by="a@b.test", reason="so")
    write_lock(path, LOCK.model_copy(update={"labels": accepted}))
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(UsageError, match=message):
        read_lock(path)


def test_a_missing_lock_is_wrong_usage(tmp_path: Path) -> None:
    """The hint is the command that restores model.lock."""
    with pytest.raises(UsageError, match="missing") as raised:
        read_lock(tmp_path / "model.lock")
    assert "git checkout" in raised.value.hint
