"""Verify a directory against its `model.json` or list of photos: these files, these bytes, nothing else."""

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from imagemodel.card import CARD, Card, FileEntry, digest_of, parse_card
from imagemodel.errors import VerifyError
from imagemodel.fields import LIMIT

FETCH_AGAIN: Final = "fetch it again; to change a published model, publish a new version"


def verify(directory: Path, digest: str | None = None) -> Card:
    """Return the card of the model in `directory`, with every file's size and sha256 verified.

    `digest` is the expected model digest, ``sha256:<hex>``; None accepts any. Raises VerifyError if the
    digest differs, or if a file is missing, unexpected, changed or not a regular file; CardError if the card
    is not valid.
    """
    raw = read_verified(directory, CARD, digest)
    card = parse_card(raw, str(directory / CARD))
    verify_files(directory, CARD, card.files)
    return card


def read_verified(directory: Path, name: str, digest: str | None, limit: int = LIMIT) -> bytes:
    """Return the bytes of the file `name`, at most `limit` + 1. Raises VerifyError for another digest."""
    descriptor = _open(directory / name)
    with os.fdopen(descriptor, "rb") as file:
        raw = file.read(limit + 1)
    if digest is not None and digest_of(raw) != digest:
        raise VerifyError(f"{directory / name}: expected {digest}, found {digest_of(raw)}", FETCH_AGAIN)
    return raw


def verify_files(directory: Path, listing: str, files: Mapping[str, FileEntry]) -> None:
    """Raise VerifyError unless `directory` contains exactly `listing` and `files`, with the right bytes."""
    present = {entry.name for entry in os.scandir(directory)}
    expected = {listing, *files}
    for name in sorted(expected - present):
        raise VerifyError(f"{directory / name}: missing, but named in {listing}", FETCH_AGAIN)
    for name in sorted(present - expected):
        raise VerifyError(f"{directory / name}: not named in {listing}", "remove it from the directory")
    for name, entry in files.items():
        _verify_file(directory / name, entry)


def _verify_file(path: Path, entry: FileEntry) -> None:
    descriptor = _open(path)
    with os.fdopen(descriptor, "rb") as file:
        size = os.fstat(descriptor).st_size
        if size != entry.size:
            raise VerifyError(f"{path}: expected {entry.size} bytes, found {size}", FETCH_AGAIN)
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != entry.sha256:
        raise VerifyError(f"{path}: expected sha256 {entry.sha256}, found {found}", FETCH_AGAIN)


def _open(path: Path) -> int:
    # Without O_NONBLOCK, opening a named pipe blocks until a writer opens it.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reason = "not a regular file but a symbolic link" if path.is_symlink() else error.strerror
        raise VerifyError(f"{path}: {reason}", FETCH_AGAIN) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise VerifyError(f"{path}: not a regular file", FETCH_AGAIN)
    return descriptor
