"""Golden sets for the classifiers of `networks`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from imagemodel.golden import GoldenSet, load_golden
from imagemodel.seal import canonical_json, describe_file
from network_classes import labels, photo


def write_golden(
    directory: Path,
    classes: int = 3,
    channels: str = "RGB",
    indices: Iterable[int] = (0,),
    *,
    name: str = "generated-photos",
    version: str = "1.0.0",
) -> GoldenSet:
    """Write a golden set with a photo of each of these classes into the new `directory` and return it."""
    directory.mkdir(parents=True)
    known = labels(classes, channels)
    rows = [_photo(directory, index, classes, channels, known[index]) for index in indices]
    listing = {"schema": 1, "name": name, "version": version, "photos": rows}
    (directory / "golden.json").write_bytes(canonical_json(listing))
    return load_golden(directory)


def _photo(directory: Path, index: int, classes: int, channels: str, label: str) -> dict[str, Any]:
    path = directory / f"{index}.png"
    path.write_bytes(photo(index, classes, channels))
    expected = {"file": path.name, "label": label, "index": index, "min_probability": 0.5}
    return {**expected, **describe_file(path), "source": "drawn by the tests", "licence": "MIT"}
