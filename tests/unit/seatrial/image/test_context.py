"""What the builder gets to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.image.context import make_context


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with everything that must stay out of an image beside what goes in."""
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


def test_only_what_the_image_is_made_of(root: Path, model: Path, tmp_path: Path) -> None:
    """The app, imagemodel, their lock and the model: no pipeline, no secret, no hidden file, no link."""
    (tmp_path / "context").mkdir()
    context = make_context(root, model, tmp_path / "context")
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


def test_same_modes_and_times_everywhere(root: Path, model: Path, tmp_path: Path) -> None:
    """Whoever builds it and whenever, the same files give the same layers."""
    (root / "src/classifier/app.py").chmod(0o600)
    (tmp_path / "context").mkdir()
    context = make_context(root, model, tmp_path / "context")
    found = {
        (path.is_dir(), path.stat().st_mode & 0o777, path.stat().st_mtime) for path in context.rglob("*")
    }
    assert found == {(True, 0o755, 0), (False, 0o644, 0)}
