"""The build context: the packages of the app, their locked requirements and one model."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

PACKAGES = ("imagemodel", "classifier")
SUFFIXES = (".py", ".json", ".html", ".css", ".js", ".svg", ".typed")
# One modification time for all files, so that equal content gives equal layers.
EPOCH = 0
MONITORED_LABELS = "monitored-labels.txt"


def write_context(root: Path, model: Path, target: Path, monitored: Sequence[str] | None = None) -> Path:
    """Copy everything the image is built from into the empty directory `target` and return it.

    `root` is the checkout, `model` a model directory, `monitored` the labels that the app counts by name,
    if they are known. All files get the same mode and time. No other file is in the context, so that none can
    get into the image.
    """
    shutil.copyfile(root / "Dockerfile", target / "Dockerfile")
    (target / "requirements").mkdir()
    shutil.copyfile(root / "requirements" / "app.txt", target / "requirements" / "app.txt")
    for package in PACKAGES:
        for source in _sources(root / "src" / package):
            copy = target / "src" / source.relative_to(root / "src")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
    layer = target / "layers" / "model" / "app" / "model"
    layer.mkdir(parents=True)
    for file in model.iterdir():
        shutil.copyfile(file, layer / file.name)
    if monitored is not None:
        (layer.parent / MONITORED_LABELS).write_text(
            "".join(f"{label}\n" for label in monitored), encoding="utf-8"
        )
    _normalise(target)
    return target


def _sources(package: Path) -> list[Path]:
    # A symbolic link may point to a file outside the package.
    found = (path for path in sorted(package.rglob("*")) if path.is_file() and not path.is_symlink())
    return [path for path in found if path.suffix in SUFFIXES]


def _normalise(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (EPOCH, EPOCH))
