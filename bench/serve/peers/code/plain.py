"""The plain code that each peer serves: Pillow decodes the whole photo, onnxruntime has one thread."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from PIL import Image

MODEL = Path("/app/model")
TOP = 3


class PlainClassifier:
    """The example model, and the wire format of `/score`."""

    def __init__(self, directory: Path = MODEL) -> None:
        self.card = json.loads((directory / "model.json").read_text())
        self.labels = (directory / "labels.txt").read_text(encoding="utf-8").splitlines()
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = ort.InferenceSession(str(directory / "model.onnx"), options)

    def score(self, text: str) -> dict[str, Any]:
        """Return the response for the member `input` of a request: a JSON list of base64 photos."""
        batch = np.stack([self.pixels(base64.b64decode(each)) for each in json.loads(text)])
        (rows,) = self.session.run([self.card["output"]["name"]], {self.card["input"]["name"]: batch})
        return {"result": [[self.best(row) for row in rows], "Computed"]}

    def pixels(self, photo: bytes) -> Any:
        """Return the input of the network for a photo."""
        spec = self.card["input"]
        image = Image.open(io.BytesIO(photo)).convert("RGB")
        scale = spec["shortest_side"] / min(image.size)
        image = image.resize(
            (round(image.width * scale), round(image.height * scale)), Image.Resampling.BICUBIC
        )
        left, top = (image.width - spec["width"]) // 2, (image.height - spec["height"]) // 2
        crop = image.crop((left, top, left + spec["width"], top + spec["height"]))
        values = (np.asarray(crop, dtype=np.float32) - np.float32(spec["mean"])) / np.float32(spec["std"])
        return np.ascontiguousarray(values.transpose(2, 0, 1))

    def best(self, row: Any) -> list[list[Any]]:
        """Return the best labels of a photo with their percentages."""
        return [[self.labels[i], round(float(row[i]) * 100, 2)] for i in np.argsort(-row)[:TOP]]
