"""What the builder gets to see: our own packages, the lock and one model; nothing else can leak in."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

PACKAGES = ("imagemodel", "classifier")
SOURCES = (".py", ".json", ".html", ".css", ".js", ".typed")
# One time for all files: the same bytes are the same layer, whenever and wherever it is built.
EPOCH = 0


def make_context(root: Path, model: Path, target: Path) -> Path:
    """Fill the empty folder `target` with all that the image is built from, and return it.

    `root` is the checkout, `model` a model directory. Modes and times are made uniform.
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
    _uniform(target)
    return target


def _sources(package: Path) -> list[Path]:
    # A link could bring in a file from anywhere.
    found = (path for path in sorted(package.rglob("*")) if path.is_file() and not path.is_symlink())
    return [path for path in found if path.suffix in SOURCES]


def _uniform(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (EPOCH, EPOCH))
