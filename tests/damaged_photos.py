"""Damaged photos, made from the most expensive file of each format; as a program, sends them to the app.

`python -m damaged_photos COUNT SEED` decodes COUNT of them in a process that gets no more memory than the
budget for decoding, and every tenth through the app's routes. It ends with code 1, and writes the file to the
current directory, at the first one that gives anything but an answer or a refusal.
"""

from __future__ import annotations

import base64
import json
import random
import resource
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from flask.testing import FlaskClient

from classifier.app import create_app
from classifier.config import Config
from colours import write_model
from imagemodel.card import CROP, InputSpec
from imagemodel.decode.budget import DECODE_BYTES, Budget
from imagemodel.errors import ImageError
from imagemodel.preprocess import preprocess
from large_photos import LARGE_PHOTOS
from small_photos import ROTATED, exif_of, red

SPEC = InputSpec("x", 32, 32, "NCHW", "RGB", "float32", CROP, 36, "bicubic", 1, (127.0,) * 3, (128.0,) * 3)
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
SLACK = 64 << 20
STATUSES = frozenset({200, 400, 413, 503})


@cache
def corpus() -> tuple[bytes, ...]:
    """Return valid photos: of each format and mode in two sizes, and with EXIF data."""
    sizes = ((67, 41), (400, 300))
    plain = [write(size) for write in LARGE_PHOTOS.values() for size in sizes]
    return (*plain, *(red(kind, exif=exif_of(ROTATED)) for kind in ("JPEG", "PNG", "WEBP")))


def damaged(source: random.Random) -> bytes:
    """Return a photo of the corpus after one to four damages."""
    data = bytearray(source.choice(corpus()))
    for _ in range(source.choice((1, 1, 2, 4))):
        source.choice(DAMAGES)(data, source)
    return bytes(data)


def _flip_bits(data: bytearray, source: random.Random) -> None:
    for _ in range(source.choice((1, 2, 8, 64))):
        if data:
            data[_position(data, source)] ^= 1 << source.randrange(8)


def _truncate(data: bytearray, source: random.Random) -> None:
    del data[source.randrange(len(data) + 1) :]


def _change_length(data: bytearray, source: random.Random) -> None:
    width, order = source.choice((1, 2, 3, 4)), source.choice(("big", "little"))
    value = source.choice((*EXTREMES, source.getrandbits(32), len(data))) % (1 << 8 * width)
    position = _position(data, source)
    data[position : position + width] = value.to_bytes(width, "big" if order == "big" else "little")


def _swap(data: bytearray, source: random.Random) -> None:
    length = source.choice((4, 12, 64, 500))
    first, second = _position(data, source), _position(data, source)
    one, two = data[first : first + length], data[second : second + length]
    data[first : first + length], data[second : second + len(one)] = two, one


def _repeat(data: bytearray, source: random.Random) -> None:
    start = _position(data, source)
    part = data[start : start + source.choice((1, 12, 200, 2000))]
    data[start:start] = part * source.choice((1, 3, 50))


def _remove(data: bytearray, source: random.Random) -> None:
    start = _position(data, source)
    del data[start : start + source.choice((1, 4, 30, 300))]


def _splice(data: bytearray, source: random.Random) -> None:
    other = source.choice(corpus())
    start, cut = _position(data, source), source.randrange(len(other))
    data[start:] = other[cut:]


def _noise(data: bytearray, source: random.Random) -> None:
    start = _position(data, source)
    data[start : start + 16] = source.randbytes(source.choice((1, 16, 300)))


def _position(data: bytearray, source: random.Random) -> int:
    # Most of what a decoder trusts is at the beginning.
    end = len(data) if source.random() < 0.5 else min(len(data), 700)
    return source.randrange(end) if end else 0


DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip_bits,
    _truncate,
    _change_length,
    _swap,
    _repeat,
    _remove,
    _splice,
    _noise,
)


def send(client: FlaskClient, data: bytes, number: int) -> None:
    """Send `data` to one of the routes. Raises AssertionError for a status outside STATUSES."""
    if number % 20:
        response = client.post("/predict", data=data, content_type="image/jpeg")
    else:
        body = {"input": json.dumps([base64.b64encode(data).decode()])}
        response = client.post("/score", json=body)
    assert response.status_code in STATUSES, (response.status_code, response.get_data(as_text=True))


def limit_memory() -> None:
    """Leave the process the memory of the decoding budget, and a little more for the rest."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + DECODE_BYTES + SLACK
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def run(count: int, seed: int) -> dict[str, int]:
    """Decode `count` damaged photos; return how many were answered and how many refused."""
    source, budget, found = random.Random(seed), Budget(), {"decoded": 0, "refused": 0}
    with tempfile.TemporaryDirectory() as directory:
        write_model(Path(directory) / "model")
        client = create_app(Config(model_dir=Path(directory) / "model")).test_client()
    limit_memory()
    for number in range(count):
        data = damaged(source)
        try:
            if number % 10 == 0:
                send(client, data, number)
            preprocess(data, SPEC, budget)
            found["decoded"] += 1
        except ImageError:
            found["refused"] += 1
        except BaseException:
            Path(f"damaged-{seed}-{number}.bin").write_bytes(data)
            raise
    return found


def main() -> None:
    """Run with the count and the seed of the command line; print the numbers as JSON."""
    sys.stdout.write(json.dumps(run(int(sys.argv[1]), int(sys.argv[2]))) + "\n")


if __name__ == "__main__":
    main()
