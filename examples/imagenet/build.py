"""Build the example model, its golden and evaluation set from the pinned packages, unless up to date."""

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
from imagemodel import card, evaluation, golden, seal
from imagemodel.errors import ImageModelError
from imagemodel.verify import verify

VARIANTS: Final = ("first", "second", "wrong-labels")
RECORD: Final = "built.json"
PARTS: Final = ("model", "golden", "evaluation")
_HERE: Final = Path(__file__).parent
# Those that write the bytes of the output.
_LIBRARIES: Final = ("onnx", "numpy", "pillow")


@dataclass(frozen=True)
class Example:
    """A built example: the hash of its inputs, and the digests of model, golden set and evaluation set."""

    inputs: str
    model: str
    golden: str
    evaluation: str


def build(out: Path, cache: Path, variant: str = "first", pinned: Path = PINNED) -> tuple[Example, bool]:
    """Build the example in `out`, if it is not up to date; return it and whether it was built.

    `out` gets ``model/``, ``golden/``, ``evaluation/`` and the record ``built.json``; a failed build does not
    change them. Raises ExampleError if the packages cannot be downloaded or `out` cannot be written.
    """
    inputs = _inputs(variant, pinned)
    existing = _existing(out)
    if existing and existing.inputs == inputs:
        return existing, False
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".part-") as part:
            built = Example(inputs, *_build(Path(part), packages(cache, pinned), variant))
            _move(Path(part), out)
    except OSError as error:
        raise ExampleError(
            f"{error.filename or out}: {error.strerror}", "give a writable directory with free space"
        ) from error
    seal.write_atomically(out / RECORD, seal.canonical_json(asdict(built)))
    return built, True


def _inputs(variant: str, pinned: Path) -> str:
    sources = [
        pinned,
        *sorted(_HERE.glob("*.py")),
        *(Path(str(each.__file__)) for each in (card, evaluation, golden, seal)),
    ]
    state = hashlib.sha256(" ".join([variant, *(f"{name} {version(name)}" for name in _LIBRARIES)]).encode())
    for path in sources:
        state.update(path.read_bytes())
    return state.hexdigest()


def _existing(out: Path) -> Example | None:
    try:
        record = Example(**json.loads((out / RECORD).read_text(encoding="utf-8")))
        verify(out / "model", record.model)
        golden.load_golden(out / "golden", record.golden)
        evaluation.load_evaluation(out / "evaluation", record.evaluation)
    except (OSError, ValueError, TypeError, ImageModelError):
        return None
    return record


def _build(part: Path, available: dict[str, Package], variant: str) -> tuple[str, str, str]:
    # Importing onnx takes a third of a second, so import it only for a build.
    from examples.imagenet.evaluation import write_evaluation
    from examples.imagenet.model import VARIANTS, labels, write_model
    from examples.imagenet.photos import write_golden

    for name in PARTS:
        (part / name).mkdir()
        (part / name).chmod(0o755)
    made, names = write_model(part / "model", available, VARIANTS[variant]), labels(available)
    return (
        made.digest,
        write_golden(part / "golden", available, names).digest,
        write_evaluation(part / "evaluation", available, names).digest,
    )


def _move(part: Path, out: Path) -> None:
    (out / RECORD).unlink(missing_ok=True)
    for name in PARTS:
        if (out / name).exists():
            shutil.rmtree(out / name)
        (part / name).replace(out / name)
