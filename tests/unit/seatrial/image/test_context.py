"""The build context."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.image.context import write_context


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with files that belong in an image and files that do not."""
    files = {
        "Dockerfile": "FROM scratch\n",
        "requirements/app.txt": "flask\n",
        "requirements/dev.txt": "pytest\n",
        "src/imagemodel/card.py": "",
        "src/classifier/app.py": "",
        "src/classifier/.env": "PASSWORD=hidden",
        "src/classifier/__pycache__/app.pyc": "",
        "src/seatrial/cli.py": "",
        ".git/config": "",
        ".seatrial/dev/secrets/blob-key": "hidden",
    }
    for name, text in files.items():
        path = tmp_path / "checkout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "checkout/src/classifier/link.py").symlink_to(
        tmp_path / "checkout/.seatrial/dev/secrets/blob-key"
    )
    return tmp_path / "checkout"


def test_the_context_has_the_app_and_the_model_alone(root: Path, model: Path, tmp_path: Path) -> None:
    """It has app, requirements and model, but not the pipeline, secrets, hidden files and links."""
    (tmp_path / "context").mkdir()
    context = write_context(root, model, tmp_path / "context")
    found = {str(path.relative_to(context)) for path in context.rglob("*") if path.is_file()}
    assert found == {
        "Dockerfile",
        "requirements/app.txt",
        "src/imagemodel/card.py",
        "src/classifier/app.py",
        "layers/model/app/model/model.onnx",
        "layers/model/app/model/labels.txt",
        "layers/model/app/model/model.json",
    }


def test_modes_and_times_are_uniform(root: Path, model: Path, tmp_path: Path) -> None:
    """Equal files give equal layers, regardless of mode and time in the checkout."""
    (root / "src/classifier/app.py").chmod(0o600)
    (tmp_path / "context").mkdir()
    context = write_context(root, model, tmp_path / "context")
    found = {
        (path.is_dir(), path.stat().st_mode & 0o777, path.stat().st_mtime) for path in context.rglob("*")
    }
    assert found == {(True, 0o755, 0), (False, 0o644, 0)}
