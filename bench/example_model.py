"""The example model: its second fetch, its validation with all checks, and its 8-bit version."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path
from statistics import median
from typing import Final

from bench.blob_peers import BlobServer
from bench.measured_command import inherited, measure
from bench.rows import Row
from bench.transfers import SEATRIAL
from examples.imagenet.build import build
from PIL import Image

from imagemodel.evaluation import load_evaluation
from imagemodel.golden import load_golden
from imagemodel.verify import verify
from samples import make_checkout
from seatrial.model.locks.lock import Lock, write_lock
from seatrial.results import Artefact

PREFIX: Final = "example"
SECOND_FETCH_SECONDS: Final = 0.3
VALIDATE_SECONDS: Final = 20.0
SIZE_RATIO: Final = 0.3
LATENCY_RATIO: Final = 0.5
CROPS: Final = 16


def example_model(server: BlobServer, folder: Path, cache: Path, rounds: int) -> list[Row]:
    """Measure the commands on the example model, whose packages are in `cache`."""
    build(folder / "example", cache)
    model, golden, evaluation = (folder / "example" / name for name in ("model", "golden", "evaluation"))
    checkout = make_checkout(folder / "example-checkout")
    variables = server.variables(PREFIX)
    sets = ["--golden", str(golden), "--evaluation", str(evaluation)]
    measure([SEATRIAL, "publish", str(model), *sets], checkout.root, variables)
    found = (verify(model), load_golden(golden), load_evaluation(evaluation))
    named = [Artefact(name=each.name, version=each.version, digest=each.digest) for each in found]
    write_lock(checkout.lock, Lock(model=named[0], golden=named[1], evaluation=named[2]))
    measure([SEATRIAL, "fetch"], checkout.root, variables)
    again = median(measure([SEATRIAL, "fetch"], checkout.root, variables).seconds for _ in range(2 * rounds))
    judged = [SEATRIAL, "validate", "--model", str(model), *sets]
    validate = median(measure(judged, checkout.root, variables).seconds for _ in range(rounds))
    return [
        _limited("second fetch, example model", again, SECOND_FETCH_SECONDS),
        _limited("validate, example model, all checks", validate, VALIDATE_SECONDS),
        *_eight_bits(folder, model, golden, evaluation, checkout.root),
    ]


def _limited(what: str, seconds: float, limit: float) -> Row:
    return Row(what, f"{seconds:.2f} s", "", f"{limit:g} s", seconds <= limit)


def _eight_bits(folder: Path, model: Path, golden: Path, evaluation: Path, checkout: Path) -> list[Row]:
    photos = folder / "calibration"
    write_crops(golden, photos)
    words = ["--photos", str(photos), "--out", str(folder / "int8"), "--version", "1.0.0-int8"]
    sets = ["--golden", str(golden), "--evaluation", str(evaluation)]
    command = [SEATRIAL, "optimize", str(model), *words, *sets, "--json"]
    done = subprocess.run(command, cwd=checkout, env=inherited(), stdout=subprocess.PIPE, check=True)
    result = json.loads(done.stdout)
    size = result["size"] / result["size_before"]
    latency = result["milliseconds"] / result["milliseconds_before"]
    return [
        Row("8 bits: size", f"{size:.2f} x", "float32", f"{SIZE_RATIO} x", size <= SIZE_RATIO),
        Row(
            "8 bits: inference", f"{latency:.2f} x", "float32", f"{LATENCY_RATIO} x", latency <= LATENCY_RATIO
        ),
        *(Row("8 bits: same label as float32", each) for each in result["agreement"]),
    ]


def write_crops(golden: Path, photos: Path) -> None:
    """Write crops of the golden photos for the calibration; they show no more than those."""
    photos.mkdir()
    for photo in load_golden(golden).photos:
        image = Image.open(io.BytesIO(photo.path.read_bytes())).convert("RGB")
        for place in range(CROPS):
            left, top = (image.width // 4) * (place % 4) // 2, (image.height // 4) * (place // 4) // 2
            part = image.crop((left, top, left + image.width // 2, top + image.height // 2))
            part.save(photos / f"{photo.path.stem}-{place}.jpg", quality=90)
