"""Write a model's card with the sha256 and size of every file of the model."""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imagemodel.card import CARD, Card, parse_card
from imagemodel.errors import CardError

# The names that mkstemp gives to the temporary file of `write_atomically`.
LEFT_BEHIND = ".????????.part"


def canonical_json(fields: Mapping[str, Any]) -> bytes:
    """Return `fields` as canonical JSON, so that equal fields have the same digest."""
    return (json.dumps(fields, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def seal(directory: Path, description: Mapping[str, Any]) -> Card:
    """Write the card of the model in `directory` and return it.

    The card is `description`, of schema 1 unless it has another `schema`, plus the sha256 and size of every
    file in `directory`. It is written last and
    atomically, so that a directory with a card is a complete model. The temporary file of a killed `seal` is
    removed. Raises CardError if the description is not valid, or if the directory contains anything but
    regular files.
    """
    # No file of a model has such a name: it would become part of the card.
    for left in directory.glob(LEFT_BEHIND):
        left.unlink()
    files = {path.name: describe_file(path) for path in sorted(directory.iterdir()) if path.name != CARD}
    raw = canonical_json({"schema": 1, **description, "files": files})
    card = parse_card(raw, str(directory / CARD))
    write_atomically(directory / CARD, raw)
    return card


def describe_file(path: Path) -> dict[str, Any]:
    """Return the sha256 and size of the file at `path`, as in the card's `files`."""
    if path.is_symlink() or not path.is_file():
        raise CardError(f"{path}: not a regular file", "keep only regular files in a model directory")
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}


def write_atomically(path: Path, raw: bytes) -> None:
    """Replace the file at `path` atomically: a reader sees the old or the new content, never a part."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
