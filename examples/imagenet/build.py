"""Build the example: packages in, a model directory and a golden set out, and nothing done twice."""

import hashlib
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from examples.imagenet.errors import ExampleError
from examples.imagenet.packages import PINNED, Package, packages
from imagemodel import card, golden, seal
from imagemodel.errors import ImageModelError
from imagemodel.verify import verify

VARIANTS: Final = ("first", "second", "wrong-labels")
RECORD: Final = "built.json"
_HERE: Final = Path(__file__).parent


@dataclass(frozen=True)
class Example:
    """What lies in the directory that was asked for. `inputs` is the hash of all that it was made of."""

    inputs: str
    model: str
    golden: str


def build(out: Path, cache: Path, variant: str = "first", pinned: Path = PINNED) -> tuple[Example, bool]:
    """Return the example in `out`, and whether it had to be built.

    `out` gets ``model/``, ``golden/`` and a record of what they were made of, each whole or not at all.
    ExampleError: packages that cannot be had, or a disk that cannot be written.
    """
    inputs = _inputs(variant, pinned)
    standing = _standing(out)
    if standing and standing.inputs == inputs:
        return standing, False
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".part-") as part:
            built = Example(inputs, *_build(Path(part), packages(cache, pinned), variant))
            _move(Path(part), out)
    except OSError as error:
        raise ExampleError(
            f"{error.filename or out}: {error.strerror}", "give a directory with room"
        ) from error
    seal.write_atomically(out / RECORD, seal.canonical_json(asdict(built)))
    return built, True


def _inputs(variant: str, pinned: Path) -> str:
    sources = [
        pinned,
        *sorted(_HERE.glob("*.py")),
        *(Path(str(each.__file__)) for each in (card, golden, seal)),
    ]
    state = hashlib.sha256(f"{variant} onnx {version('onnx')} numpy {version('numpy')}".encode())
    for path in sources:
        state.update(path.read_bytes())
    return state.hexdigest()


def _standing(out: Path) -> Example | None:
    try:
        record = Example(**json.loads((out / RECORD).read_text(encoding="utf-8")))
        verify(out / "model", record.model)
        golden.load_golden(out / "golden", record.golden)
    except (OSError, ValueError, TypeError, ImageModelError):
        return None
    return record


def _build(part: Path, found: dict[str, Package], variant: str) -> tuple[str, str]:
    # onnx takes a third of a second to import: only who builds pays for it.
    from examples.imagenet.model import VARIANTS, labels, write_model
    from examples.imagenet.photos import write_golden

    for name in ("model", "golden"):
        (part / name).mkdir()
        (part / name).chmod(0o755)
    made = write_model(part / "model", found, VARIANTS[variant])
    return made.digest, write_golden(part / "golden", found, labels(found)).digest


def _move(part: Path, out: Path) -> None:
    (out / RECORD).unlink(missing_ok=True)
    for name in ("model", "golden"):
        if (out / name).exists():
            shutil.rmtree(out / name)
        (part / name).replace(out / name)
