"""The two photos of the bench, as bodies of `/score`."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Final

from PIL import Image

from imagemodel.golden import load_golden

WIDTHS: Final = (451, 3024)
PHOTO: Final = "coffee.png"
QUALITY: Final = 90


def write_bodies(golden: Path, folder: Path) -> tuple[dict[int, Path], str]:
    """Write a photo of the golden set as a JPEG of each width, and as the body of a request.

    Return the bodies by width, and the label that is right. The files are `451.jpg` and `451.json`.
    """
    photo = next(each for each in load_golden(golden).photos if each.path.name == PHOTO)
    image = Image.open(photo.path).convert("RGB")
    folder.mkdir(parents=True, exist_ok=True)
    bodies = {}
    for width in WIDTHS:
        buffer = io.BytesIO()
        size = (width, round(image.height * width / image.width))
        image.resize(size, Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=QUALITY)
        (folder / f"{width}.jpg").write_bytes(buffer.getvalue())
        text = base64.b64encode(buffer.getvalue()).decode()
        bodies[width] = folder / f"{width}.json"
        bodies[width].write_text(json.dumps({"input": json.dumps([text])}))
    return bodies, photo.label
