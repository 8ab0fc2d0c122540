"""Write a card or a golden set's list: the data scientist's side of what `imagemodel.verify` checks."""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imagemodel.card import CARD, Card, parse_card
from imagemodel.errors import CardError


def canonical(fields: Mapping[str, Any]) -> bytes:
    """Return the one way in which a card or a golden set's list is written, so that it has one digest."""
    return (json.dumps(fields, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def seal(directory: Path, description: Mapping[str, Any]) -> Card:
    """Write `directory`'s card: `description` plus sha256 and size of each file that lies there; return it.

    The card is written last, whole or not at all, so that a directory with a card is a whole model.
    CardError: the description is not a card's, or something there is no plain file.
    """
    files = {path.name: describe_file(path) for path in sorted(directory.iterdir()) if path.name != CARD}
    raw = canonical({**description, "schema": 1, "files": files})
    card = parse_card(raw, str(directory / CARD))
    write_whole(directory / CARD, raw)
    return card


def describe_file(path: Path) -> dict[str, Any]:
    """Return the sha256 and size of the file at `path`, as a card says them."""
    if path.is_symlink() or not path.is_file():
        raise CardError(f"{path}: expected a plain file", "a model directory holds plain files only")
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}


def write_whole(path: Path, raw: bytes) -> None:
    """Write `raw` to `path` so that a reader finds the old file or the new one, never a part."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
