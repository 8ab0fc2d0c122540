"""Build the images that the bench compares: `make bench-serve-build`. Measuring builds nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.example_model import write_crops
from bench.measured_command import inherited
from bench.serve.decoding import compare
from bench.serve.peers import FOLDER, INT8, LABEL, PEERS, SEATRIAL
from bench.transfers import SEATRIAL as COMMAND
from examples.imagenet.build import build
from platformdirs import user_cache_path
from rich.console import Console

from localcloud.display import display
from localcloud.engine import connection
from localcloud.images import base_image
from seatrial.image.builder import BuildInputs, build_image
from seatrial.image.context import write_context
from seatrial.image.docker_client import connect

ROOT: Final = Path(__file__).parents[2]
DATA: Final = ROOT / ".seatrial" / "bench" / "serve"
MODEL: Final = DATA / "example" / "model"
SMALL_MODEL: Final = DATA / "int8"
DECODING: Final = DATA / "decoding.json"


def build_images() -> None:
    """Build the example model, its 8-bit version, and one image for each kind of server, on the same base."""
    host = next(host for host in connection.hosts() if connection.responds(host))
    with display(Console(stderr=True)) as progress:
        base = base_image.ensure(host, progress)
        build(DATA / "example", _cache())
        with progress.step("8-bit model", "optimising"):
            _optimise()
        with progress.step("scaled decoding", "comparing"):
            compare(MODEL, DATA / "example" / "evaluation", DECODING)
        for image in dict.fromkeys(peer.image for peer in PEERS):
            with progress.step(f"image {image}", "building"):
                _build(image, base)


def _cache() -> Path:
    return Path(os.environ.get("SEATRIAL_CACHE") or user_cache_path("seatrial")) / "example"


def _optimise() -> None:
    shutil.rmtree(SMALL_MODEL, ignore_errors=True)
    sets = [f"--{name}={DATA / 'example' / name}" for name in ("golden", "evaluation")]
    with tempfile.TemporaryDirectory(prefix="seatrial-bench-") as folder:
        write_crops(DATA / "example" / "golden", Path(folder) / "photos")
        words = [f"--photos={folder}/photos", f"--out={SMALL_MODEL}", "--version=1.0.0-int8", *sets]
        subprocess.run(
            [COMMAND, "optimize", str(MODEL), *words],
            cwd=ROOT,
            env=inherited(),
            check=True,
            stdout=subprocess.DEVNULL,
        )


def _build(image: str, base: str) -> None:
    with _context(image) as context:
        certificates = os.environ.get("SSL_CERT_FILE", "")
        ca = Path(certificates) if Path(certificates).is_file() else None
        image_id = build_image(BuildInputs(context, base, "bench", {LABEL: image}, ca))
    tag = next(peer.tag for peer in PEERS if peer.image == image)
    connect().images.get(image_id).tag(tag)


@contextmanager
def _context(image: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="seatrial-bench-") as folder:
        target = Path(folder) / "context"
        target.mkdir()
        if app := next((peer for peer in PEERS if peer.image == image and peer.name == SEATRIAL), None):
            yield write_context(ROOT, SMALL_MODEL if app.model == INT8 else MODEL, target)
            return
        shutil.copyfile(FOLDER / "Dockerfile", target / "Dockerfile")
        shutil.copyfile(FOLDER / f"{image}.txt", target / "requirements.txt")
        shutil.copytree(FOLDER / "code", target / "peer", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(MODEL, target / "model")
        yield target
