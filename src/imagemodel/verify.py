"""Prove that a directory is what its card says: these files, these bytes, nothing else."""

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from imagemodel.card import CARD, Card, FileEntry, digest_of, parse_card
from imagemodel.errors import VerifyError
from imagemodel.fields import LIMIT

AGAIN: Final = "fetch it again, or publish a new version: a published one is never changed"


def verify(directory: Path, digest: str | None = None) -> Card:
    """Return the card of the model in `directory` once every file has been read and found as it says.

    `digest` is the model's digest that is expected, ``sha256:<hex>``; without it any model will do.
    VerifyError: the digest is another, or a file is missing, extra, no plain file, or has other bytes.
    CardError: the card is none.
    """
    raw = read_list(directory, CARD, digest)
    card = parse_card(raw, str(directory / CARD))
    check_files(directory, CARD, card.files)
    return card


def read_list(directory: Path, name: str, digest: str | None) -> bytes:
    """Return the bytes of `directory`'s list `name`; VerifyError unless they have the digest expected."""
    descriptor = _open(directory / name)
    with os.fdopen(descriptor, "rb") as file:
        raw = file.read(LIMIT + 1)
    if digest is not None and digest_of(raw) != digest:
        raise VerifyError(f"{directory / name}: expected {digest}, found {digest_of(raw)}", AGAIN)
    return raw


def check_files(directory: Path, list_name: str, files: Mapping[str, FileEntry]) -> None:
    """Refuse with VerifyError unless `directory` holds `list_name`, exactly `files`, and their bytes."""
    present = {entry.name for entry in os.scandir(directory)}
    expected = {list_name, *files}
    for name in sorted(expected - present):
        raise VerifyError(f"{directory / name}: missing, though {list_name} names it", AGAIN)
    for name in sorted(present - expected):
        raise VerifyError(f"{directory / name}: not named by {list_name}", "take it out of the directory")
    for name, entry in files.items():
        _check(directory / name, entry)


def _check(path: Path, entry: FileEntry) -> None:
    descriptor = _open(path)
    with os.fdopen(descriptor, "rb") as file:
        size = os.fstat(descriptor).st_size
        if size != entry.size:
            raise VerifyError(f"{path}: expected {entry.size} bytes, found {size}", AGAIN)
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != entry.sha256:
        raise VerifyError(f"{path}: expected sha256 {entry.sha256}, found {found}", AGAIN)


def _open(path: Path) -> int:
    # Without O_NONBLOCK, opening a named pipe that somebody put there would wait for ever.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reason = "a symbolic link" if path.is_symlink() else error.strerror
        raise VerifyError(f"{path}: expected a plain file, found {reason}", AGAIN) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise VerifyError(f"{path}: expected a plain file, found something else", AGAIN)
    return descriptor
