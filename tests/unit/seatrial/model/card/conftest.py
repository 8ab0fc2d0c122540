"""Fixtures: files as exporters write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest

from networks import network

SaveNetwork = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> SaveNetwork:
    """Return a function that writes an ONNX file: of a model, or of `network` with these arguments."""

    def write(model: onnx.ModelProto | None = None, **form: Any) -> Path:
        path = tmp_path / "exported.onnx"
        onnx.save(model or network(**form), path)
        return path

    return write
